using System.Text.Json;
using MedStreams.Cli.Demo.Clinic;

namespace MedStreams.Cli.Demo;

/// <summary>What a demo came to.</summary>
internal sealed record DemoOutcome
{
    /// <summary>Records sent, each acknowledged by the broker.</summary>
    public required long RecordsIn { get; init; }

    /// <summary>Records that the rows in PostgreSQL account for: counts and late ones.</summary>
    public required long RecordsCounted { get; init; }

    /// <summary>Records in the dead-letter topic.</summary>
    public required long DeadLettered { get; init; }

    /// <summary>Records that the independent count has and the result has not.</summary>
    public required long Lost { get; init; }

    /// <summary>Records that the result has more than once, or that were never sent.</summary>
    public required long Doubled { get; init; }

    /// <summary>Rows that differ from the independent count in any column.</summary>
    public required long DifferentRows { get; init; }

    /// <summary>Rows of the independent count.</summary>
    public required long Rows { get; init; }

    /// <summary>How often the runner was killed and started again.</summary>
    public required int Restarts { get; init; }

    /// <summary>From the first record sent to the last row right, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>What came of the HL7 messages.</summary>
    public required ClinicOutcome Clinic { get; init; }

    /// <summary>Records sent by that time.</summary>
    public double RecordsPerSecond => Seconds > 0 ? RecordsIn / Seconds : 0;

    /// <summary>Whether everything holds.</summary>
    public bool Ok => Lost == 0 && Doubled == 0 && DifferentRows == 0 && RecordsCounted + DeadLettered == RecordsIn && Clinic.Ok;

    /// <summary>Writes one object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", Ok);
        json.WriteNumber("recordsIn", RecordsIn);
        json.WriteNumber("recordsCounted", RecordsCounted);
        json.WriteNumber("deadLettered", DeadLettered);
        json.WriteNumber("lost", Lost);
        json.WriteNumber("doubled", Doubled);
        json.WriteNumber("rows", Rows);
        json.WriteNumber("differentRows", DifferentRows);
        json.WriteNumber("restarts", Restarts);
        json.WriteNumber("seconds", Math.Round(Seconds, 3));
        json.WriteNumber("recordsPerSecond", Math.Round(RecordsPerSecond));
        json.WritePropertyName("hl7");
        Clinic.Write(json);
        json.WriteEndObject();
    }

    /// <summary>The same in words.</summary>
    public IEnumerable<string> ToLines()
    {
        yield return $"{RecordsIn:N0} records in, {RecordsCounted:N0} counted in {Rows:N0} rows, {DeadLettered:N0} in the dead-letter topic";
        yield return $"{Lost:N0} lost, {Doubled:N0} doubled, {DifferentRows:N0} rows different from an independent count of the input";
        yield return $"{Seconds:0.0} s, {RecordsPerSecond:N0} records/s, with {Restarts} kill of the runner in between";
        foreach (var line in Clinic.ToLines())
            yield return line;
        yield return Ok ? "Everything was counted exactly once." : "This does NOT hold.";
    }
}
