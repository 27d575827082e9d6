namespace MedStreams.Dicom.Web;

/// <summary>Where a DICOMweb service is and how it is spoken to.</summary>
public sealed record DicomWebOptions
{
    /// <summary>The service's root, for example <c>https://pacs.example/dicom-web/</c>; the slash at the end may be left out.</summary>
    public required Uri Root { get; init; }

    /// <summary>Another root for queries; null: the same.</summary>
    public Uri? QidoRoot { get; init; }

    /// <summary>Another root for retrieval; null: the same.</summary>
    public Uri? WadoRoot { get; init; }

    /// <summary>Another root for storage; null: the same.</summary>
    public Uri? StowRoot { get; init; }

    /// <summary>Who asks. Default: nobody says.</summary>
    public DicomWebCredentials Credentials { get; init; } = DicomWebCredentials.None;

    /// <summary>How long an answer may take to begin, from the end of the request on. Default 2 minutes; more than 0.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a transfer may stand still, in either direction. Default 1 minute; more than 0.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many bytes of JSON one answer may have. Default 256 MiB.</summary>
    public long JsonBytes { get; init; } = 256L << 20;

    /// <summary>What a multipart answer may be at most.</summary>
    public MultipartLimits Multipart { get; init; } = new();

    /// <summary>What measures time-outs. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
