namespace MedStreams.Streams;

/// <summary>What flows between the nodes of a table: the new value of a key and, where somebody needs it, the old one.</summary>
/// <param name="New">The value from now on; null for a deletion.</param>
/// <param name="Old">The value until now; null where there was none or nobody asked for it.</param>
/// <param name="IsLatest">False where a versioned table was updated in its past.</param>
internal readonly record struct Change<TValue>(TValue? New, TValue? Old, bool IsLatest = true);
