namespace MedStreams.Topologies.Increments;

/// <summary>A start for a hospital's configuration: the usual sources, and the usual products.</summary>
public static class HospitalDefaults
{
    /// <summary>Sources whose records do not say all by themselves.</summary>
    public static IReadOnlyList<LogSource> Sources { get; } =
    [
        new() { Name = "orthanc", Format = "orthanc", Product = "orthanc" },
        new() { Name = "storescp", Format = "dcmtk", Product = "storescp" },
        new() { Name = "dcmqrscp", Format = "dcmtk", Product = "dcmqrscp" },
    ];

    /// <summary>
    /// Products: <c>pacs</c> (Orthanc, DCMTK), <c>audit</c> (audit messages), <c>his</c> (HL7 messages), <c>ris</c>,
    /// <c>health-app</c>, <c>portal</c> (web access), <c>gateway</c> (JSON), <c>infrastructure</c> (syslog).
    /// </summary>
    public static IReadOnlyList<RoutingRule> Routes { get; } =
    [
        Rule("orthanc", "pacs", new() { Field = "format", Is = "orthanc" }),
        Rule("dcmtk", "pacs", new() { Field = "format", Is = "dcmtk" }),
        Rule("audit messages", "audit", new() { Field = "format", Is = "atna" }),
        Rule("hl7 messages", "his", new() { Field = "format", Is = "hl7" }),
        Rule("radiology information system", "ris", new() { Field = "component", Like = "Ris_*" }),
        Rule("health app", "health-app", new() { Field = "source", Is = "healthapp" }),
        Rule("web access", "portal", new() { Field = "format", Is = "access" }),
        Rule("structured logs", "gateway", new() { Field = "format", Is = "json" }),
        Rule("operating systems", "infrastructure", new() { Field = "format", Is = "syslog" }),
    ];

    private static RoutingRule Rule(string name, string product, RoutingCondition when) =>
        new() { Name = name, Product = product, When = [when] };
}
