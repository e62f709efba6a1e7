using System.Buffers.Binary;
using System.Numerics;

namespace ManagedRetrieval.Persistence;

/// <summary>XXH64 in streaming form: a 64-bit checksum at several bytes per cycle.</summary>
/// <remarks>
/// Yann Collet, "xxHash fast digest algorithm", version 0.2.0, section XXH64
/// (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). It guards against accidents, not against an
/// adversary. SHA-256 of the framework is not used because it calls a native library on Linux.
/// </remarks>
internal sealed class XxHash64
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

    // Four lanes of eight bytes.
    private const int Stripe = 32;

    private readonly byte[] _pending = new byte[Stripe];
    private int _pendingCount;
    private ulong _length;
    private readonly ulong _seed;
    private ulong _lane1;
    private ulong _lane2;
    private ulong _lane3;
    private ulong _lane4;

    public XxHash64(ulong seed = 0)
    {
        _seed = seed;
        _lane1 = unchecked(seed + Prime1 + Prime2);
        _lane2 = unchecked(seed + Prime2);
        _lane3 = seed;
        _lane4 = unchecked(seed - Prime1);
    }

    public static ulong Hash(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        var hash = new XxHash64(seed);
        hash.Append(bytes);
        return hash.Digest();
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += (ulong)bytes.Length;
        if (_pendingCount > 0)
        {
            int taken = Math.Min(Stripe - _pendingCount, bytes.Length);
            bytes[..taken].CopyTo(_pending.AsSpan(_pendingCount));
            _pendingCount += taken;
            bytes = bytes[taken..];
            if (_pendingCount < Stripe)
            {
                return;
            }

            ConsumeStripes(_pending);
            _pendingCount = 0;
        }

        ReadOnlySpan<byte> rest = ConsumeStripes(bytes);
        rest.CopyTo(_pending);
        _pendingCount = rest.Length;
    }

    /// <summary>The hash of everything appended so far; more may be appended afterwards.</summary>
    public ulong Digest()
    {
        ulong hash = _seed + Prime5;
        if (_length >= Stripe)
        {
            hash = BitOperations.RotateLeft(_lane1, 1) + BitOperations.RotateLeft(_lane2, 7)
                + BitOperations.RotateLeft(_lane3, 12) + BitOperations.RotateLeft(_lane4, 18);
            hash = Merge(hash, _lane1);
            hash = Merge(hash, _lane2);
            hash = Merge(hash, _lane3);
            hash = Merge(hash, _lane4);
        }

        hash += _length;
        ReadOnlySpan<byte> tail = _pending.AsSpan(0, _pendingCount);
        for (; tail.Length >= 8; tail = tail[8..])
        {
            hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(tail));
            hash = (BitOperations.RotateLeft(hash, 27) * Prime1) + Prime4;
        }

        if (tail.Length >= 4)
        {
            hash ^= BinaryPrimitives.ReadUInt32LittleEndian(tail) * Prime1;
            hash = (BitOperations.RotateLeft(hash, 23) * Prime2) + Prime3;
            tail = tail[4..];
        }

        foreach (byte value in tail)
        {
            hash ^= value * Prime5;
            hash = BitOperations.RotateLeft(hash, 11) * Prime1;
        }

        hash ^= hash >> 33;
        hash *= Prime2;
        hash ^= hash >> 29;
        hash *= Prime3;
        return hash ^ (hash >> 32);
    }

    private static ulong Round(ulong lane, ulong input) =>
        BitOperations.RotateLeft(lane + (input * Prime2), 31) * Prime1;

    private static ulong Merge(ulong hash, ulong lane) => ((hash ^ Round(0, lane)) * Prime1) + Prime4;

    private ReadOnlySpan<byte> ConsumeStripes(ReadOnlySpan<byte> bytes)
    {
        // Locals keep the lanes in registers.
        (ulong lane1, ulong lane2, ulong lane3, ulong lane4) = (_lane1, _lane2, _lane3, _lane4);
        while (bytes.Length >= Stripe)
        {
            lane1 = Round(lane1, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            lane2 = Round(lane2, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
            lane3 = Round(lane3, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
            lane4 = Round(lane4, BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
            bytes = bytes[Stripe..];
        }

        (_lane1, _lane2, _lane3, _lane4) = (lane1, lane2, lane3, lane4);
        return bytes;
    }
}
