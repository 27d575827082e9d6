using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MedStreams.Cli.Configuration;
using MedStreams.Hl7.Mllp;
using MedStreams.Topologies.Delivery;

namespace MedStreams.Cli.Running.Delivery;

/// <summary>How recommendations are delivered to an EMR; the meanings are those of <see cref="DeliveryOptions"/> and <see cref="MllpClientOptions"/>.</summary>
internal static class DeliverySettings
{
    private static readonly DeliveryOptions Default = new();

    public static Setting<Endpoint> Receiver { get; } =
        new("Emr:Receiver", "Where the EMR takes HL7 messages over MLLP", Rules.Endpoint, null);

    public static Setting<string> RecommendationTopic { get; } =
        new("Emr:RecommendationTopic", "Where recommendations come from", Rules.TopicName, Default.RecommendationTopic);

    public static Setting<string> DeliveryTopic { get; } =
        new("Emr:DeliveryTopic", "Where it is told what was delivered", Rules.TopicName, Default.DeliveryTopic);

    public static Setting<DeliveryForm> Form { get; } =
        new("Emr:Form", "As which message: observations (ORU^R01) or a document (MDM^T02)",
            Rules.OneOf(("observations", DeliveryForm.Observations), ("document", DeliveryForm.Document)), "observations");

    public static Setting<DeliveryAnswer> Answer { get; } =
        new("Emr:Answer", "Which answer is waited for: the application's (original mode), or that the message was kept (enhanced mode)",
            Rules.OneOf(("application", DeliveryAnswer.Application), ("commit", DeliveryAnswer.Commit)), "application");

    public static Setting<string> SendingApplication { get; } = new("Emr:SendingApplication", "MSH-3", Rules.Text, Default.SendingApplication);

    public static Setting<string> SendingFacility { get; } = new("Emr:SendingFacility", "MSH-4", Rules.Text, null);

    public static Setting<string> ReceivingApplication { get; } = new("Emr:ReceivingApplication", "MSH-5", Rules.Text, Default.ReceivingApplication);

    public static Setting<string> ReceivingFacility { get; } = new("Emr:ReceivingFacility", "MSH-6", Rules.Text, null);

    public static Setting<string> ProcessingId { get; } =
        new("Emr:ProcessingId", "MSH-11: production, training or debugging", Rules.OneOf(("P", "P"), ("T", "T"), ("D", "D")), Default.ProcessingId);

    public static Setting<string> AssigningAuthority { get; } = new("Emr:AssigningAuthority", "PID-3.4, who has given patients their ids", Rules.Text, null);

    public static Setting<string> CodingSystem { get; } = new("Emr:CodingSystem", "OBX-5.3, the coding system of recommended items", Rules.Text, Default.CodingSystem);

    public static Setting<int> Connections { get; } =
        new("Emr:Connections", "How many connections there are at most, and messages under way", Rules.Integer(1, 64), "4");

    public static Setting<TimeSpan> Limit { get; } =
        new("Emr:Limit", "How long a message may take until it is answered; then it is sent again", Rules.Duration(TimeSpan.FromMilliseconds(100)), "30 s");

    public static Setting<string> Authorities { get; } =
        new("Emr:Tls:Authorities", "PEM file with the authorities of the receiver's certificate, or system for those of the machine; set: TLS is used", Rules.Text, null);

    public static Setting<string> Certificate { get; } =
        new("Emr:Tls:Certificate", "PEM file with a certificate to show to the receiver, and its chain", Rules.Text, null);

    public static Setting<string> Key { get; } = new("Emr:Tls:Key", "PEM file with the certificate's key", Rules.Text, null);

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Receiver, RecommendationTopic, DeliveryTopic, Form, Answer, SendingApplication, SendingFacility, ReceivingApplication, ReceivingFacility,
        ProcessingId, AssigningAuthority, CodingSystem, Connections, Limit, Authorities, Certificate, Key,
    ];

    /// <summary>The topology's options.</summary>
    public static DeliveryOptions ToOptions(EffectiveSettings settings) => new()
    {
        RecommendationTopic = settings.Get(RecommendationTopic),
        DeliveryTopic = settings.Get(DeliveryTopic),
        Form = settings.Get(Form),
        Answer = settings.Get(Answer),
        SendingApplication = settings.Get(SendingApplication),
        SendingFacility = Optional(settings, SendingFacility),
        ReceivingApplication = settings.Get(ReceivingApplication),
        ReceivingFacility = Optional(settings, ReceivingFacility),
        ProcessingId = settings.Get(ProcessingId),
        AssigningAuthority = Optional(settings, AssigningAuthority),
        CodingSystem = settings.Get(CodingSystem),
        AtOnce = settings.Get(Connections),
        Limit = settings.Get(Limit),
    };

    /// <summary>The connection's options.</summary>
    /// <exception cref="CliException">The receiver is not set, or a file is missing or not what it should be.</exception>
    public static MllpClientOptions ToClient(EffectiveSettings settings)
    {
        var receiver = settings.Require(Receiver);
        return new()
        {
            Host = receiver.Host,
            Port = receiver.Port,
            AnswerTimeout = settings.Get(Limit),
            Tls = Tls(settings),
        };
    }

    private static SslClientAuthenticationOptions? Tls(EffectiveSettings settings)
    {
        if (!settings.Find(Authorities, out var authorities))
            return null;
        var tls = new SslClientAuthenticationOptions();
        if (authorities != "system")
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(PemFiles.Certificates(Authorities, Path.GetFullPath(authorities)));
        }

        if (settings.Find(Certificate, out var certificate))
        {
            var (own, chain) = PemFiles.Own(Certificate, Path.GetFullPath(certificate), Key, Path.GetFullPath(settings.Require(Key)));
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(own, chain);
        }

        return tls;
    }

    private static string Optional(EffectiveSettings settings, Setting<string> setting) => settings.Find(setting, out var value) ? value : "";
}
