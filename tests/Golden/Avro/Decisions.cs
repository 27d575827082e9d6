using System.Text.Json;

namespace MedStreams.Golden.Tests.Avro;

/// <summary>What is expected of a case.</summary>
internal enum Outcome
{
    AsRecorded,

    /// <summary>An error, whatever is recorded.</summary>
    Refused,

    /// <summary>A value, where the recording is an error.</summary>
    Read,
}

/// <summary>What was decided where Avro for Java has a choice of its own; the reasons are in docs/decisions.md.</summary>
internal static class Decisions
{
    private static readonly Dictionary<string, Outcome> ByCode = new(StringComparer.Ordinal)
    {
        ["union-exact-type-before-promotion"] = Outcome.AsRecorded,
        ["union-several-records-fit"] = Outcome.AsRecorded,
        ["record-name-differs"] = Outcome.Refused,
        ["other-namespace"] = Outcome.Read,
        ["empty-collection-of-unfit-items"] = Outcome.AsRecorded,
        ["invalid-utf8"] = Outcome.AsRecorded,
        ["reference-refuses-without-padding"] = Outcome.AsRecorded,
        ["boolean-byte"] = Outcome.Refused,
        ["varint-overflow"] = Outcome.Refused,
        ["varint-not-shortest"] = Outcome.AsRecorded,
        ["block-size"] = Outcome.Refused,
        ["duplicate-key"] = Outcome.AsRecorded,
        ["items-of-no-size"] = Outcome.AsRecorded,
        ["reference-accepts"] = Outcome.AsRecorded,
        ["reference-choice"] = Outcome.AsRecorded,
        ["unfit-default"] = Outcome.AsRecorded,
        ["default-of-a-later-branch"] = Outcome.AsRecorded,
        ["error-type"] = Outcome.AsRecorded,
        ["negative-id"] = Outcome.Refused,
        ["raw-bytes"] = Outcome.AsRecorded,
        ["only-reference-refuses"] = Outcome.Read,
    };

    /// <summary>Schemas of the code <c>reference-choice</c> that Java takes and we do not, by what is wrong with them.</summary>
    private static readonly string[] RefusedSchemas = ["forward reference between fields", "same definition twice"];

    /// <summary>What is expected of a case; as recorded where nothing is debatable.</summary>
    public static Outcome Of(JsonElement item)
    {
        if (!item.TryGetProperty("debatable", out var codes))
            return Outcome.AsRecorded;
        if (item.TryGetProperty("what", out var what) && RefusedSchemas.Contains(what.GetString()))
            return Outcome.Refused;
        Outcome[] outcomes = [.. codes.EnumerateArray().Select(code => ByCode[code.GetString()!])];
        return outcomes.Contains(Outcome.Refused) ? Outcome.Refused : outcomes.Max();
    }
}
