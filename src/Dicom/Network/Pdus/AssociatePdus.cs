namespace MedStreams.Dicom.Network.Pdus;

/// <summary>A-ASSOCIATE-RQ (PS3.8 section 9.3.2).</summary>
internal sealed record AssociateRequest(string CalledAe, string CallingAe, IReadOnlyList<ProposedContext> Contexts, UserInformation User);

/// <summary>A-ASSOCIATE-AC (PS3.8 section 9.3.3). The titles are those of the request, and not looked at.</summary>
internal sealed record AssociateAccept(string CalledAe, string CallingAe, IReadOnlyList<AnsweredContext> Contexts, UserInformation User);

/// <summary>A-ASSOCIATE-RJ (PS3.8 section 9.3.4).</summary>
internal sealed record AssociateReject(byte Result, byte Source, byte Reason)
{
    public static AssociateReject NoReason { get; } = new(1, 1, 1);

    public static AssociateReject CallingAeNotRecognized { get; } = new(1, 1, 3);

    public static AssociateReject CalledAeNotRecognized { get; } = new(1, 1, 7);

    public static AssociateReject ApplicationContextNotSupported { get; } = new(1, 1, 2);

    public static AssociateReject ProtocolVersionNotSupported { get; } = new(1, 2, 2);

    public static AssociateReject TemporaryCongestion { get; } = new(2, 3, 1);

    public static AssociateReject LocalLimitExceeded { get; } = new(2, 3, 2);

    public bool IsTransient => Result == 2;

    public string Words => (Source, Reason) switch
    {
        (1, 1) => "no reason given",
        (1, 2) => "application context name not supported",
        (1, 3) => "calling AE title not recognised",
        (1, 7) => "called AE title not recognised",
        (2, 1) => "no reason given by the service provider",
        (2, 2) => "protocol version not supported",
        (3, 1) => "temporary congestion",
        (3, 2) => "local limit exceeded",
        _ => $"source {Source}, reason {Reason}",
    };

    public override string ToString() => $"{Words} ({(IsTransient ? "for now" : "for good")})";
}

/// <summary>A-ABORT (PS3.8 section 9.3.8).</summary>
internal sealed record Abort(byte Source, byte Reason)
{
    public static Abort ByUser { get; } = new(0, 0);

    public static Abort ByProvider { get; } = new(2, 0);

    public static Abort UnexpectedPdu { get; } = new(2, 2);

    public static Abort InvalidParameter { get; } = new(2, 6);

    public override string ToString() => (Source, Reason) switch
    {
        (0, _) => "by the peer's application, which gives no reason",
        (2, 0) => "by the service provider: reason not specified",
        (2, 1) => "by the service provider: unrecognised PDU",
        (2, 2) => "by the service provider: unexpected PDU",
        (2, 4) => "by the service provider: unrecognised PDU parameter",
        (2, 5) => "by the service provider: unexpected PDU parameter",
        (2, 6) => "by the service provider: invalid PDU parameter value",
        _ => $"source {Source}, reason {Reason}",
    };
}
