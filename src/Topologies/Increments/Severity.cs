using System.Text.Json.Serialization;

namespace MedStreams.Topologies.Increments;

/// <summary>How grave an event is, in the words of syslog (RFC 5424, 6.2.1), with a level below for traces.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
public enum Severity
{
    /// <summary>The record does not say.</summary>
    Unspecified,

    /// <summary>For developers, in every detail.</summary>
    Trace,

    /// <summary>For developers.</summary>
    Debug,

    /// <summary>Normal work.</summary>
    Information,

    /// <summary>Normal, but worth a look.</summary>
    Notice,

    /// <summary>May become an error.</summary>
    Warning,

    /// <summary>Something failed.</summary>
    Error,

    /// <summary>A whole part failed.</summary>
    Critical,

    /// <summary>Act at once.</summary>
    Alert,

    /// <summary>The system is unusable.</summary>
    Emergency,
}
