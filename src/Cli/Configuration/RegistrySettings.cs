using MedStreams.Serialization.Registry;

namespace MedStreams.Cli.Configuration;

/// <summary>How the embedded schema registry is set up.</summary>
internal static class RegistrySettings
{
    public static Setting<Endpoint> Listen { get; } =
        new("Registry:Listen", "Where the schema registry listens; port 0 takes a free one; not set: the verb broker runs none", Rules.Endpoint, null);

    public static Setting<string> Topic { get; } =
        new("Registry:Topic", "The compacted topic of one partition that holds the schemas", Rules.TopicName, "_schemas");

    public static Setting<int> ReplicationFactor { get; } =
        new("Registry:ReplicationFactor", "Replicas of that topic where it is made; -1: the broker's own default", Rules.Integer(-1, short.MaxValue), "-1");

    public static Setting<CompatibilityLevel> Compatibility { get; } =
        new("Registry:Compatibility", "Which earlier schemas a new one must get on with, where nothing else is set through the interface", Rules.OneOf(
            ("BACKWARD", CompatibilityLevel.Backward),
            ("BACKWARD_TRANSITIVE", CompatibilityLevel.BackwardTransitive),
            ("FORWARD", CompatibilityLevel.Forward),
            ("FORWARD_TRANSITIVE", CompatibilityLevel.ForwardTransitive),
            ("FULL", CompatibilityLevel.Full),
            ("FULL_TRANSITIVE", CompatibilityLevel.FullTransitive),
            ("NONE", CompatibilityLevel.None)), "BACKWARD");

    public static Setting<int> MaxRequestBytes { get; } =
        new("Registry:MaxRequestBytes", "The largest request", Rules.Integer(1024, 1 << 30), "10485760");

    public static Setting<string> CertificateFile { get; } =
        new("Registry:CertificateFile", "A PEM file with the registry's certificate and those up to the root; set, it answers over TLS only", Rules.Text, null);

    public static Setting<string> KeyFile { get; } =
        new("Registry:KeyFile", "A PEM file with the private key of that certificate; not set: it is in the same file", Rules.Text, null);

    public static Setting<string> ClientAuthoritiesFile { get; } =
        new("Registry:ClientAuthoritiesFile", "A PEM file with the authorities that clients' certificates must come from; not set: clients need none", Rules.Text, null);

    /// <summary>Passwords by users.</summary>
    public static SettingGroup Users { get; } =
        new("Registry:Users", "Users with their passwords for basic authentication; none: everyone may do everything")
        {
            IsSecret = static _ => true,
        };

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [Listen, Topic, ReplicationFactor, Compatibility, MaxRequestBytes, CertificateFile, KeyFile, ClientAuthoritiesFile];
}
