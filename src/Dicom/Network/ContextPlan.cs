namespace MedStreams.Dicom.Network;

/// <summary>Which presentation contexts a batch needs, and over how many associations it must be spread. Pure.</summary>
public static class ContextPlan
{
    /// <summary>The most contexts of one association: their ids are the odd numbers of a byte (PS3.8 section 9.3.2.2).</summary>
    public const int MaxContexts = 128;

    /// <summary>
    /// Spreads a batch over associations: each holds as many contexts as it can, in the order in which they are first needed, and all objects that use them.
    /// </summary>
    /// <typeparam name="T">What the batch is of.</typeparam>
    /// <param name="batch">The objects.</param>
    /// <param name="contextOf">The class and the transfer syntax that an object needs.</param>
    /// <param name="most">The most contexts of one association, at most <see cref="MaxContexts"/>.</param>
    /// <returns>For each association its contexts and its objects, which keep their order.</returns>
    public static IReadOnlyList<(IReadOnlyList<ContextRequest> Contexts, IReadOnlyList<T> Objects)> Split<T>(
        IEnumerable<T> batch, Func<T, (string SopClass, TransferSyntax Syntax)> contextOf, int most = MaxContexts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, MaxContexts);
        var places = new Dictionary<(string, string), int>();
        var associations = new List<(List<ContextRequest> Contexts, List<T> Objects)>();
        foreach (var one in batch)
        {
            var (sopClass, syntax) = contextOf(one);
            if (!places.TryGetValue((sopClass, syntax.Uid), out var place))
            {
                if (associations.Count == 0 || associations[^1].Contexts.Count == most)
                    associations.Add(([], []));
                place = places[(sopClass, syntax.Uid)] = associations.Count - 1;
                associations[place].Contexts.Add(new ContextRequest(sopClass, syntax));
            }

            associations[place].Objects.Add(one);
        }

        return [.. associations.Select(a => ((IReadOnlyList<ContextRequest>)a.Contexts, (IReadOnlyList<T>)a.Objects))];
    }
}
