namespace MedStreams.Sinks.Pacs;

/// <summary>What is done about an object of which the target holds other content under the same UID. It is never passed over as stored.</summary>
public enum ConflictPolicy
{
    /// <summary>It is an error, and somebody has to look.</summary>
    Fail,

    /// <summary>The target's is replaced, and fetched back to see whether it was: many a PACS says success and keeps the old one.</summary>
    Replace,

    /// <summary>The target's stays, and is what is expected there from then on.</summary>
    Keep,
}
