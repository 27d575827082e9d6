namespace MedStreams.Topologies.Synchronisation;

/// <summary>How the data that a new task depends on changes the group's task data (S2.6): by digest, so that a card that is told again unchanged changes nothing. Pure.</summary>
internal static class ChangeDetection
{
    /// <summary>The entry of one card.</summary>
    /// <param name="card">What its source says now; null: it is gone.</param>
    /// <param name="known">The entry so far; null: there is none.</param>
    /// <param name="forgetBefore">Dates before this one need not be remembered.</param>
    /// <returns>The same object where nothing has changed; null: there is nothing to remember.</returns>
    public static TaskCard? Apply(Card? card, TaskCard? known, DateOnly forgetBefore)
    {
        if (card is null)
            return Gone(known, forgetBefore);
        var digest = card.Digest;
        if (known is not null && known.Digest == digest && known.State != TaskCardState.Gone)
            return known;
        var isSynced = known is not null && known.Synced.Contains(card.Due);
        return new TaskCard(card.Number, card.Operator, card.Due, digest, isSynced ? TaskCardState.Synced : TaskCardState.Pending)
        {
            Synced = known is null ? [] : [.. known.Synced.Where(date => date >= forgetBefore || date == card.Due)],
            Unsure = known is null ? [] : [.. known.Unsure.Where(date => date >= forgetBefore || date == card.Due)],
        };
    }

    private static TaskCard? Gone(TaskCard? known, DateOnly forgetBefore)
    {
        if (known is null || !known.Synced.Concat(known.Unsure).Any(date => date >= forgetBefore))
            return null;
        return known.State == TaskCardState.Gone ? known : known with { State = TaskCardState.Gone };
    }
}
