using System.Text.Json;

namespace MedStreams.Cli.Demo.Clinic;

/// <summary>What the part with HL7 messages came to.</summary>
internal sealed record ClinicOutcome
{
    /// <summary>Messages that were acknowledged over MLLP.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Messages in the topic.</summary>
    public required int InTopic { get; init; }

    /// <summary>Rows of reservations.</summary>
    public required int Reservations { get; init; }

    /// <summary>Associations that came before their reservation, and found it.</summary>
    public required int Overtaken { get; init; }

    /// <summary>What differs from what it should be, in words.</summary>
    public required IReadOnlyList<string> Differences { get; init; }

    /// <summary>The round that the range's modules agreed on last.</summary>
    public required long Round { get; init; }

    /// <summary>Whether everything holds.</summary>
    public bool Ok => Differences.Count == 0 && InTopic == Acknowledged;

    /// <summary>Writes one object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", Ok);
        json.WriteNumber("acknowledged", Acknowledged);
        json.WriteNumber("inTopic", InTopic);
        json.WriteNumber("reservations", Reservations);
        json.WriteNumber("overtaken", Overtaken);
        json.WriteNumber("rangeRound", Round);
        json.WriteNumber("differences", Differences.Count);
        json.WriteEndObject();
    }

    /// <summary>The same in words.</summary>
    public IEnumerable<string> ToLines()
    {
        yield return $"{Acknowledged:N0} HL7 messages acknowledged over MLLP, {InTopic:N0} in the topic; {Reservations:N0} reservations in PostgreSQL, "
            + $"{Overtaken:N0} of them overtaken by their association; range statistics agreed on round {Round:N0}";
        foreach (var difference in Differences)
            yield return difference;
    }
}
