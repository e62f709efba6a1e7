using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>How a product is cut: by its shape and the micro-kernel's tile alone, never by the number of workers.</summary>
internal readonly struct Blocking
{
    /// <summary>Bytes of a strip of b that stay in the first-level cache while strips of a pass by: two thirds of 48 KiB.</summary>
    private const int StripBytes = 32 << 10;

    /// <summary>Strips of a in a part at most: 112 rows of 256 floats are 112 KiB and stay in the second-level cache, beside as many columns of the result.</summary>
    private const int MostRowStrips = 8;

    /// <summary>Strips of a in a part where there is a choice: a strip of b that comes into the first-level cache then serves for four tiles.</summary>
    private const int SomeRowStrips = 4;

    /// <summary>Columns of a part at most: many against its rows, so that packing these is little beside the product.</summary>
    private const int MostColumns = 1024;

    /// <summary>Columns of a part where there is a choice: packing an element of a then costs a twentieth of its use.</summary>
    private const int SomeColumns = 256;

    /// <summary>Strips of b that each part packs for itself: a step of two is 4 copies against 56 multiply-adds of a part of one strip of rows.</summary>
    private const int FewColumnStrips = 2;

    /// <summary>Parts that are enough for some workers to end at about the same time.</summary>
    private const int EnoughParts = 8;

    /// <summary>Multiply-adds in a part of which it is worth cutting: 2^22 take some 30 µs, many times what handing out a part costs.</summary>
    private const long PartWork = 1 << 22;

    private readonly Partition _rows;
    private readonly Partition _strips;

    private Blocking(int depth, bool packsInParts, Partition rows, Partition strips) => (Depth, PacksInParts, _rows, _strips) = (depth, packsInParts, rows, strips);

    /// <summary>Steps of the depth that are packed together.</summary>
    public int Depth { get; }

    /// <summary>Whether each part packs its strips of b itself: where all rows are in one part, no other needs them; where they are few, packing them again costs less than waiting until one worker has done so for all.</summary>
    public bool PacksInParts { get; }

    /// <summary>Blocks of rows times blocks of strips.</summary>
    public int Parts => _rows.Parts * _strips.Parts;

    /// <summary>The rows and the strips of columns of one part; the parts of one block of strips follow each other, so that it stays in a cache.</summary>
    public ((int Start, int Count) Rows, (int Start, int Count) Strips) this[int part] => (_rows[part % _rows.Parts], _strips[part / _rows.Parts]);

    /// <summary>Cuts a product of [m, k] and [k, n].</summary>
    public static unsafe Blocking Of<T, TKernel>(int m, int n, int k)
        where T : unmanaged
        where TKernel : struct, IMicroKernel<T>
    {
        (int rows, int columns) = (TKernel.Rows, TKernel.Columns);
        int allRows = (m + rows - 1) / rows, allColumns = (n + columns - 1) / columns;
        int rowStrips = Math.Min(MostRowStrips, allRows), columnStrips = Math.Min(Math.Max(1, MostColumns / columns), allColumns);
        bool fewRows = allRows <= SomeRowStrips;
        while (Parts() < EnoughParts && (long)rowStrips * rows * columnStrips * columns * k > PartWork)
        {
            if (rowStrips > SomeRowStrips)
            {
                rowStrips = (rowStrips + 1) / 2;
            }
            else if (columnStrips * columns > SomeColumns || (columnStrips > 1 && (fewRows || rowStrips == 1)))
            {
                columnStrips = (columnStrips + 1) / 2;
            }
            else if (fewRows || rowStrips == 1)
            {
                break;
            }
            else
            {
                rowStrips = (rowStrips + 1) / 2;
            }
        }

        int depth = Math.Max(1, StripBytes / (columns * sizeof(T)));
        return new Blocking(depth, fewRows || allColumns <= FewColumnStrips, Partition.BySize(m, rowStrips * rows), Partition.BySize(allColumns, columnStrips));

        int Parts() => ((allRows + rowStrips - 1) / rowStrips) * ((allColumns + columnStrips - 1) / columnStrips);
    }
}
