namespace ManagedRetrieval.FuzzHost;

/// <summary>How far the changed files came.</summary>
public sealed class FuzzFigures
{
    /// <summary>Files that were tried.</summary>
    public int Executions { get; set; }

    /// <summary>Files whose header was accepted, so that they could be mapped.</summary>
    public int HeadersAccepted { get; set; }

    /// <summary>Files that were loaded, with every checksum right.</summary>
    public int Loaded { get; set; }

    /// <summary>Files that held what their seed is meant to hold: a model that answered.</summary>
    public int Used { get; set; }

    /// <summary>Files with damage behind a sound header, which were mapped and searched before they were verified.</summary>
    public int Damaged { get; set; }

    /// <summary>Those of them that answered.</summary>
    public int AnsweredDamaged { get; set; }
}
