namespace ManagedRetrieval.FuzzHost;

/// <summary>Changes sound files and opens what comes of it. Seed and number decide each file, so that any can be made again alone.</summary>
public static class Fuzzer
{
    // A mapping of a real file costs as much as dozens of others.
    private const int EveryOnDisk = 64;

    /// <summary>Runs executions up to the first failure.</summary>
    /// <param name="seed">Decides the files.</param>
    /// <param name="first">The number of the first execution.</param>
    /// <param name="count">How many.</param>
    /// <param name="figures">Counts.</param>
    /// <returns>The failure; null if there was none.</returns>
    public static FuzzFailure? Run(int seed, int first, int count, FuzzFigures figures)
    {
        FuzzSeed[] corpus = Corpus.All(), indexes = [.. corpus.Where(seed => seed.HasIndex)];
        var target = new FuzzTarget(figures);
        for (int number = first; number < first + count; number++)
        {
            var random = new Random(HashCode(seed, number));
            bool inPayload = random.Next(3) == 0;
            FuzzSeed origin = inPayload ? indexes[random.Next(indexes.Length)] : corpus[random.Next(corpus.Length)];
            (byte[] input, string? damaged) = inPayload
                ? PayloadEdits.Edit(origin.Bytes, random)
                : (Change(origin.Bytes, corpus[random.Next(corpus.Length)].Bytes, random), null);
            bool isUnverified = inPayload && random.Next(4) > 0;
            if (inPayload && !isUnverified)
            {
                // With the checksums of what it has become, it can be loaded too.
                input = FileSeal.Seal(input);
            }

            try
            {
                if (isUnverified)
                {
                    target.RunDamaged(input, origin, damaged);
                }
                else
                {
                    target.Run(input, origin, requireChecksums: random.Next(8) != 0, onDisk: number % EveryOnDisk == 0);
                }
            }
            catch (Exception failure)
            {
                return new FuzzFailure(number, origin.Name, input, failure);
            }
        }

        return null;
    }

    /// <summary>Runs one file that is given, as if it came from the seed of that name.</summary>
    public static void RunOne(string seed, byte[] input)
    {
        FuzzSeed origin = Corpus.All().Single(one => one.Name == seed);
        foreach (bool requireChecksums in (bool[])[true, false])
        {
            new FuzzTarget(new FuzzFigures()).Run(input, origin, requireChecksums, onDisk: true);
        }
    }

    private static byte[] Change(byte[] file, byte[] other, Random random)
    {
        // Mostly a few, so that some files get past the first check.
        for (int edits = random.Next(8) == 0 ? 8 : 1 + random.Next(2); edits > 0; edits--)
        {
            file = random.Next(10) switch
            {
                < 3 => ByteEdits.Edit(file, other, random),
                < 7 => HeaderEdits.Edit(file, random),
                _ => TensorEdits.Edit(file, random),
            };
        }

        return random.Next(8) == 0 ? file : FileSeal.Seal(file);
    }

    // Not System.HashCode, which differs from process to process.
    private static int HashCode(int seed, int number) => unchecked((seed * -1640531535) ^ (number * 668265263) ^ (number >>> 15));
}
