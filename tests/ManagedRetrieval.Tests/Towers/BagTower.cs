using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>Towers of one bag and at most one layer, and their parts.</summary>
internal static class BagTower
{
    public static Tower<T> Of<T>(
        EmbeddingTable<T> table, BagCombiner combiner = BagCombiner.Mean, Linear<T>? linear = null, bool normalize = true, string feature = "input")
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new([new BagInput<T>(feature, table, combiner)], linear is null ? [] : [linear], normalize);

    public static TwoTowerModel<TQuery, TCandidate> Model<TQuery, TCandidate>(
        ISparseFeature<TQuery> query, Tower<float> queryTower, ISparseFeature<TCandidate> candidate, Tower<float> candidateTower) =>
        new(FeatureSet<TQuery>.Of("input", query), queryTower, FeatureSet<TCandidate>.Of("input", candidate), candidateTower);

    extension<T>(Tower<T> tower)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public EmbeddingTable<T> Table => ((BagInput<T>)tower.Inputs[0]).Table;

        public BagCombiner Combiner => ((BagInput<T>)tower.Inputs[0]).Combiner;

        public Linear<T>? Linear => (Linear<T>?)tower.Layers.SingleOrDefault();

        public Variable<T> Apply(Tape<T> tape, RaggedIds ids) => tower.Apply(tape, new EncodedBatch(ids));
    }
}
