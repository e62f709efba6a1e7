using System.Numerics;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Sampling;

[Collection(AloneCollection.Name)]
public class CandidateMemoryTests
{
    [Fact]
    public void It_holds_what_a_queue_with_the_same_limits_would() => RandomCases.Check(
        draw =>
        {
            Run<double>(draw);
            Run<float>(draw);
        },
        cases: 150,
        size: 20);

    [Theory]
    [InlineData(1, new[] { 2 })]
    [InlineData(2, new[] { 1, 2 })]
    [InlineData(3, new[] { 0, 1, 2 })]
    public void What_the_last_step_added_has_age_one(int maximumAge, int[] expected)
    {
        var memory = new CandidateMemory<float>(10, 1, maximumAge);
        for (int step = 0; step < 3; step++)
        {
            memory.Add(Tensor<float>.Of(new float[,] { { step } }), new[] { step }, [0.5f]);
        }

        Assert.Equal(expected, memory.Read().Ids.Ints.ToArray());
        Assert.Equal(expected.Select(id => (float)id), memory.Read().Embeddings.Span.ToArray());
    }

    [Fact]
    public void A_step_without_candidates_ages_the_others()
    {
        var memory = new CandidateMemory<float>(10, 1, maximumAge: 2);
        memory.Add(Tensor<float>.Of(new float[,] { { 1 } }), new[] { 7 }, [1]);
        memory.Add(new Tensor<float>(new Shape(0, 1)), default, []);
        Assert.Equal(1, memory.Count);
        memory.Add(new Tensor<float>(new Shape(0, 1)), default, []);
        Assert.Equal(0, memory.Count);
        Assert.Equal(new Shape(0, 1), memory.Read().Embeddings.Shape);
    }

    [Fact]
    public void A_new_or_cleared_memory_is_empty_and_keeps_the_kind_of_ids()
    {
        var memory = new CandidateMemory<double>(3, 2);
        Assert.Equal((3, 2, int.MaxValue, 0), (memory.Capacity, memory.Dimensions, memory.MaximumAge, memory.Count));
        Assert.Equal((new Shape(0, 2), 0, new Shape(0)), (memory.Read().Embeddings.Shape, memory.Read().Ids.Count, memory.Read().Probabilities.Shape));
        memory.Add(Tensor<double>.Of(new double[,] { { 1, 2 }, { 3, 4 } }), new[] { "a", "b" }, [0.5, 0.25]);
        Assert.Equal(2, memory.Read().Ids.Count);
        memory.Clear();
        Assert.Equal((0, 0), (memory.Count, memory.Read().Ids.Count));
        Refusal.Of<ArgumentException>(() => memory.Add(Tensor<double>.Of(new double[,] { { 1, 2 } }), new[] { 1 }, [1]), "ids", "string", "int");
        memory.Add(Tensor<double>.Of(new double[,] { { 5, 6 } }), new[] { "c" }, [1]);
        Assert.Equal(["c"], memory.Read().Ids.Strings.ToArray());
        Assert.Equal([5.0, 6], memory.Read().Embeddings.Span.ToArray());
    }

    [Fact]
    public void It_keeps_copies()
    {
        var memory = new CandidateMemory<float>(4, 1);
        (Tensor<float> embeddings, long[] ids, float[] probabilities) = (Tensor<float>.Of(new float[,] { { 1 }, { 2 } }), [3L, 4], [0.5f, 0.25f]);
        memory.Add(embeddings, ids, probabilities);
        embeddings.Span.Clear();
        ids.AsSpan().Clear();
        probabilities.AsSpan().Clear();
        CandidateMemoryBatch<float> batch = memory.Read();
        Assert.Equal([1f, 2], batch.Embeddings.Span.ToArray());
        Assert.Equal([3L, 4], batch.Ids.Longs.ToArray());
        Assert.Equal([0.5f, 0.25f], batch.Probabilities.Span.ToArray());
    }

    [Theory]
    [InlineData("int")]
    [InlineData("long")]
    [InlineData("string")]
    public void A_warm_memory_allocates_nothing(string kind)
    {
        var memory = new CandidateMemory<float>(10, 3, maximumAge: 4);
        Tensor<float> embeddings = new Draw(1, 1).Tensor<float>(new Shape(4, 3));
        CandidateIds ids = Ids([1, 2, 3, 4], kind);
        float[] probabilities = [0.1f, 0.2f, 0.3f, 0.4f];
        int read = 0;
        Assert.Equal(0, Allocated.ByOneOf(() =>
        {
            for (int step = 0; step < 20; step++)
            {
                memory.Add(embeddings, ids, probabilities);
                read += memory.Read().Ids.Count;
            }
        }));
        Assert.Equal(10, memory.Count);
        Assert.True(read > 0);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_changes_nothing()
    {
        var memory = new CandidateMemory<float>(4, 2);
        memory.Add(Tensor<float>.Of(new float[,] { { 1, 2 } }), new[] { 1L }, [0.5f]);
        Tensor<float> two = new(new Shape(2, 2));
        Refused(new Tensor<float>(new Shape(2, 3)), new[] { 1L, 2 }, [1, 1], "embeddings", "[n, 2]", "[2, 3]");
        Refused(new Tensor<float>(new Shape(2)), new[] { 1L, 2 }, [1, 1], "embeddings", "[n, 2]", "[2]");
        Refused(default, new[] { 1L, 2 }, [1, 1], "embeddings", "[n, 2]");
        Refused(two, new[] { 1L }, [1, 1], "ids", "each of the 2", "not 1");
        Refused(two, new[] { 1, 2 }, [1, 1], "ids", "long", "int");
        Refused(two, new[] { "a", null! }, [1, 1], "ids", "null", "number 1");
        Refused(two, new[] { 1L, 2 }, [1], "probabilities", "each of the 2", "not 1");
        Refused(two, new[] { 1L, 2 }, [1, 0], "probabilities", "number 1 is 0");
        Refused(two, new[] { 1L, 2 }, [1.5f, 1], "probabilities", "number 0 is 1.5");
        Refused(two, new[] { 1L, 2 }, [1, float.NaN], "probabilities", "number 1 is NaN");
        Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new CandidateMemory<float>(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>("dimensions", () => new CandidateMemory<float>(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>("maximumAge", () => new CandidateMemory<float>(2, 2, 0));
        Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new CandidateMemory<float>(1 << 20, 1 << 11));

        void Refused(Tensor<float> embeddings, CandidateIds ids, float[] probabilities, params ReadOnlySpan<string> words)
        {
            Refusal.Of<ArgumentException>(() => memory.Add(embeddings, ids, probabilities), words);
            Assert.Equal([1f, 2], memory.Read().Embeddings.Span.ToArray());
            Assert.Equal([1L], memory.Read().Ids.Longs.ToArray());
        }
    }

    private static void Run<T>(Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int capacity, int dimensions) = (draw.Length(), draw.Between(1, 3));
        int maximumAge = draw.OneOf(1, 2, draw.Between(1, 8), int.MaxValue);
        string kind = draw.OneOf("int", "long", "string");
        var memory = new CandidateMemory<T>(capacity, dimensions, maximumAge);
        var queue = new Queue<(int Step, int Id, T[] Embedding, T Probability)>();
        int nextId = 0;
        for (int step = 0; step < 12; step++)
        {
            int rows = draw.OneOf(0, 1, draw.Below(capacity + 1), draw.Below((2 * capacity) + 2));
            Tensor<T> embeddings = draw.Tensor<T>(new Shape(rows, dimensions));
            int[] ids = [.. Enumerable.Range(nextId, rows)];
            T[] probabilities = [.. ids.Select(_ => T.CreateChecked(1 - draw.Uniform()))];
            nextId += rows;
            memory.Add(embeddings, Ids(ids, kind), probabilities);
            for (int row = 0; row < rows; row++)
            {
                queue.Enqueue((step, ids[row], embeddings.Row(row).ToArray(), probabilities[row]));
            }

            // In the coming step, step + 1, an entry's age is the number of steps since its own.
            while (queue.Count > capacity || (queue.TryPeek(out var oldest) && step + 1 - oldest.Step > maximumAge))
            {
                queue.Dequeue();
            }

            CandidateMemoryBatch<T> batch = memory.Read();
            Assert.Equal(queue.Count, memory.Count);
            Assert.Equal(queue.Select(entry => entry.Id), Numbers(batch.Ids));
            Assert.Equal(new Shape(queue.Count, dimensions), batch.Embeddings.Shape);
            Assert.Equal(queue.SelectMany(entry => entry.Embedding), batch.Embeddings.Span.ToArray());
            Assert.Equal(queue.Select(entry => entry.Probability), batch.Probabilities.Span.ToArray());
        }
    }

    private static CandidateIds Ids(int[] ids, string kind) => kind switch
    {
        "int" => ids,
        "long" => ids.Select(id => (long)id).ToArray(),
        _ => ids.Select(id => $"{id}").ToArray(),
    };

    private static int[] Numbers(CandidateIds ids) =>
    [
        .. ids.Ints.ToArray(),
        .. ids.Longs.ToArray().Select(id => (int)id),
        .. ids.Strings.ToArray().Select(id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)),
    ];
}
