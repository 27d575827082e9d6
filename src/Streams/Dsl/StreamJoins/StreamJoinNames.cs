using MedStreams.Streams.Dsl.Logical;

namespace MedStreams.Streams.Dsl.StreamJoins;

/// <summary>The names of a join's nodes and stores, as Kafka Streams gives them.</summary>
internal sealed record StreamJoinNames(
    string RememberThis, string RememberOther, string JoinThis, string JoinOther, string Merge)
{
    private const string Shared = "KSTREAM-OUTERSHARED-";

    public required string GeneratedThis { get; init; }

    public required string GeneratedOther { get; init; }

    public required string ThisSuffix { get; init; }

    public required string OtherSuffix { get; init; }

    public required bool IsOuter { get; init; }

    public static StreamJoinNames Take(StreamsGraph graph, string? name, bool isLeftOuter, bool isRightOuter)
    {
        var (thisSuffix, otherSuffix) =
            (isRightOuter ? "-outer-this-join" : "-this-join", isLeftOuter ? "-outer-other-join" : "-other-join");
        var rememberThis = graph.NameOr(name, "-this-windowed", "KSTREAM-WINDOWED-");
        var rememberOther = graph.NameOr(name, "-other-windowed", "KSTREAM-WINDOWED-");
        var joinThis = graph.NewName(isRightOuter ? "KSTREAM-OUTERTHIS-" : "KSTREAM-JOINTHIS-");
        var joinOther = graph.NewName(isLeftOuter ? "KSTREAM-OUTEROTHER-" : "KSTREAM-JOINOTHER-");
        var merge = graph.NameOr(name, "-merge", "KSTREAM-MERGE-");
        return new StreamJoinNames(
            rememberThis,
            rememberOther,
            name is null ? joinThis : name + thisSuffix,
            name is null ? joinOther : name + otherSuffix,
            merge)
        {
            GeneratedThis = joinThis,
            GeneratedOther = joinOther,
            ThisSuffix = thisSuffix,
            OtherSuffix = otherSuffix,
            IsOuter = isRightOuter,
        };
    }

    public string StoreOfThis(string? given) => (given is null ? GeneratedThis : given + ThisSuffix) + "-store";

    public string StoreOfOther(string? given) => (given is null ? GeneratedOther : given + OtherSuffix) + "-store";

    public string WaitingStore(string? given) =>
        (given is null
            ? Shared + GeneratedThis[(IsOuter ? "KSTREAM-OUTERTHIS-" : "KSTREAM-JOINTHIS-").Length..]
            : given + (IsOuter ? "-outer-shared-join" : "-left-shared-join")) + "-store";
}
