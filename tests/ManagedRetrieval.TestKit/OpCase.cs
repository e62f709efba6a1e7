using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <summary>One input of an op under test.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Domain">Where its values lie.</param>
/// <param name="IsTable">Whether it is an embedding table, with a sparse gradient.</param>
/// <param name="IsConstant">Whether the op makes no gradient of it.</param>
public sealed record OpInput(string Name, Shape Shape, Domain Domain = Domain.Any, bool IsTable = false, bool IsConstant = false);

/// <summary>One random application of an op, with what a slow, obvious reference says it must give.</summary>
public sealed class OpCase
{
    /// <summary>The op in double and in float.</summary>
    public required (Op<double> Double, Op<float> Float) Op { get; init; }

    public required OpInput[] Inputs { get; init; }

    public OpIndices Indices { get; init; }

    /// <summary>The output's shape.</summary>
    public required Shape Output { get; init; }

    /// <summary>The output from the inputs, all row by row, in plain loops over double.</summary>
    public required Func<double[][], double[]> Reference { get; init; }

    /// <summary>The inputs in each of which, the others held, the op is linear: there the adjoint identity must hold.</summary>
    public int[] LinearIn { get; init; } = [];

    /// <summary>The largest relative error of a derivative: more where outputs are small differences of what rounds within the op.</summary>
    public double GradientTolerance { get; init; } = 1e-6;

    internal Op<T> OpFor<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => typeof(T) == typeof(double) ? (Op<T>)(object)Op.Double : (Op<T>)(object)Op.Float;
}
