using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>The progress of a group: one task for each operator that it has cards of, and the one call that is on its way. Durable after every step (S2.7). Immutable.</summary>
internal sealed record GroupState
{
    /// <summary>A group without anything.</summary>
    public static GroupState Empty { get; } = new();

    /// <summary>Its tasks, by operator.</summary>
    public ImmutableSortedDictionary<string, GroupTask> Tasks { get; init => field = value.WithComparers(StringComparer.Ordinal); } =
        ImmutableSortedDictionary.Create<string, GroupTask>(StringComparer.Ordinal);

    /// <summary>The call that was announced, and of which no result is known; null: none. Never more than one: a group is strictly serial (S2.3).</summary>
    public CallAnnouncement? Calling { get; init; }

    /// <summary>The number of the last announcement; later ones have larger numbers.</summary>
    public long Serial { get; init; }

    /// <summary>The first day that there is something to do on; null: there is nothing. Unfinished tasks have something to do now.</summary>
    [JsonIgnore]
    public DateOnly? Agenda =>
        Calling is not null || Tasks.Values.Any(t => t.IsRunning) ? DateOnly.MinValue : Tasks.Values.Min(t => t.NextDue);

    /// <summary>The same with another task.</summary>
    public GroupState With(string name, GroupTask task) => this with { Tasks = Tasks.SetItem(name, task) };
}

/// <summary>The task of a group with one operator. Immutable.</summary>
internal sealed record GroupTask
{
    /// <summary>Its number, from 1; 0: none was begun.</summary>
    public long Number { get; init; }

    /// <summary>Whether it is unfinished: the next round continues it (S2.5).</summary>
    public bool IsRunning { get; init; }

    /// <summary>The last validity date that it synchronises.</summary>
    public DateOnly Horizon { get; init; }

    /// <summary>The number of the last card that it is done with; null: it stands before the first. Cards are taken in the order of their numbers.</summary>
    public string? Position { get; init; }

    /// <summary>How many cards it has to synchronise in all.</summary>
    public int Total { get; init; }

    /// <summary>How many are synchronised, refused or passed over.</summary>
    public int Settled { get; init; }

    /// <summary>Whether it has left the round (S2.8).</summary>
    public bool HasLeft { get; init; }

    /// <summary>Why it left, or does not begin; null: neither.</summary>
    public string? Reason { get; init; }

    /// <summary>How often in a row it left since the operator failed or wanted fewer calls.</summary>
    public int Failures { get; init; }

    /// <summary>How often the present card was announced.</summary>
    public int Attempts { get; init; }

    /// <summary>How often the operator did not answer for the present card.</summary>
    public int Tries { get; init; }

    /// <summary>The next validity date that this task does not see to; null: none is known.</summary>
    public DateOnly? NextDue { get; init; }

    /// <summary>The same with a date that the next task has to see to.</summary>
    public GroupTask Sees(DateOnly due) => NextDue <= due ? this : this with { NextDue = due };
}

/// <summary>
/// Says that a call is to be made: written with the progress before it in one transaction, and made when it is read back. So what is called is committed by the
/// shard's only owner, and so is all that was done before.
/// </summary>
/// <param name="Serial">Its number within the group.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Number">The card.</param>
/// <param name="Due">Its validity date.</param>
/// <param name="At">When it was announced, in epoch milliseconds.</param>
/// <param name="MayHaveBeenMade">Whether the same call may have been made before.</param>
internal sealed record CallAnnouncement(long Serial, string Operator, string Number, DateOnly Due, long At, bool MayHaveBeenMade);
