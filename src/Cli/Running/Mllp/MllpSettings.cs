using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MedStreams.Cli.Configuration;
using MedStreams.Hl7;
using MedStreams.Hl7.Mllp;
using MedStreams.Sources.Mllp;

namespace MedStreams.Cli.Running.Mllp;

/// <summary>How the MLLP source is set up; the meanings are those of <see cref="MllpSourceOptions"/>.</summary>
internal static class MllpSettings
{
    public static Setting<Endpoint> Listen { get; } =
        new("Mllp:Listen", "Where senders connect to", Rules.Endpoint, "127.0.0.1:2575");

    public static Setting<string> InstanceId { get; } =
        new("Mllp:InstanceId", "This source's name among all, the same after each start; not set: the machine's name and the port", Rules.Text, null);

    public static Setting<string> Topic { get; } =
        new("Mllp:Topic", "Where messages go", Rules.TopicName, "hl7.inbound");

    public static Setting<string> DeadLetterTopic { get; } =
        new("Mllp:DeadLetterTopic", "Where bytes go that are no message, or one that is refused", Rules.TopicName, "hl7.inbound.dead-letter");

    public static Setting<Encoding> CharacterSet { get; } =
        new("Mllp:CharacterSet", "The character set of messages that name none in MSH-18",
            new Rule<Encoding>("a name of HL7 table 0211 such as UNICODE UTF-8, 8859/1 or GB 18030-2000", (string text, out Encoding value) =>
                (value = Hl7CharacterSet.Find(text)!) is not null),
            "UNICODE UTF-8");

    public static Setting<string[]> MessageTypes { get; } =
        new("Mllp:MessageTypes", "The kinds of messages that are taken, others are refused (AR); not set: all",
            new Rule<string[]>("kinds such as ADT or SIU^S12, with commas between", (string text, out string[] value) =>
                (value = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Length > 0),
            null);

    public static Setting<TimeSpan> DuplicateWindow { get; } =
        new("Mllp:DuplicateWindow", "How long a message is remembered, so that a repetition is not taken again", Rules.Duration(TimeSpan.Zero), "24 h");

    public static Setting<int> MaxMessageBytes { get; } =
        new("Mllp:MaxMessageBytes", "The longest message; a longer one ends its connection", Rules.Integer(1 << 10, 512 << 20), "16777216");

    public static Setting<int> MaxConnections { get; } =
        new("Mllp:MaxConnections", "How many senders may be connected", Rules.Integer(1, 100_000), "1000");

    public static Setting<TimeSpan> ReceiveTimeout { get; } =
        new("Mllp:ReceiveTimeout", "How long the rest of a message that has begun may take", Rules.Duration(TimeSpan.FromMilliseconds(100)), "30 s");

    public static Setting<string> Certificate { get; } =
        new("Mllp:Tls:Certificate", "PEM file with the server's certificate and its chain; set: senders must use TLS", Rules.Text, null);

    public static Setting<string> Key { get; } =
        new("Mllp:Tls:Key", "PEM file with the certificate's key", Rules.Text, null);

    public static Setting<string> ClientCertificates { get; } =
        new("Mllp:Tls:ClientCertificates", "PEM file with the authorities of senders' certificates; set: senders must show one", Rules.Text, null);

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Listen, InstanceId, Topic, DeadLetterTopic, CharacterSet, MessageTypes, DuplicateWindow, MaxMessageBytes, MaxConnections,
        ReceiveTimeout, Certificate, Key, ClientCertificates,
    ];

    /// <summary>The source's options.</summary>
    /// <exception cref="CliException">A file is missing or not what it should be.</exception>
    public static MllpSourceOptions ToOptions(EffectiveSettings settings, string workingDirectory, TimeProvider clock)
    {
        var listen = settings.Get(Listen);
        var kafka = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = settings.Get(KafkaSettings.BootstrapServers),
        };
        foreach (var (name, value) in settings.Entries(KafkaSettings.Client))
            kafka[DottedName.Of(name)] = value;
        return new()
        {
            Kafka = kafka,
            InstanceId = settings.Find(InstanceId, out var id) ? id : $"{Environment.MachineName}-{listen.Port}",
            Topic = settings.Get(Topic),
            DeadLetterTopic = settings.Get(DeadLetterTopic),
            CharacterSet = settings.Get(CharacterSet),
            MessageTypes = settings.Find(MessageTypes, out var types) ? types : [],
            DuplicateWindow = settings.Get(DuplicateWindow),
            TimeProvider = clock,
            Server = new MllpServerOptions
            {
                EndPoint = new IPEndPoint(listen.Address(), listen.Port),
                MaxMessageLength = settings.Get(MaxMessageBytes),
                MaxConnections = settings.Get(MaxConnections),
                ReceiveTimeout = settings.Get(ReceiveTimeout),
                TimeProvider = clock,
                Tls = Tls(settings, workingDirectory),
            },
        };
    }

    private static SslServerAuthenticationOptions? Tls(EffectiveSettings settings, string workingDirectory)
    {
        if (!settings.Find(Certificate, out var certificate))
            return null;
        var (own, chain) = PemFiles.Own(
            Certificate, Path.GetFullPath(certificate, workingDirectory), Key, Path.GetFullPath(settings.Require(Key), workingDirectory));
        var tls = new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(own, chain) };
        if (settings.Find(ClientCertificates, out var authorities))
        {
            tls.ClientCertificateRequired = true;
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(
                PemFiles.Certificates(ClientCertificates, Path.GetFullPath(authorities, workingDirectory)));
        }

        return tls;
    }
}
