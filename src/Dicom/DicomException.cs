namespace MedStreams.Dicom;

/// <summary>Bytes that are no DICOM. The message names the place and nothing of any value.</summary>
public sealed class DicomException : Exception
{
    /// <summary>An exception without a fault.</summary>
    public DicomException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public DicomException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public DicomException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An exception of a fault.</summary>
    public DicomException(DicomFault fault)
        : base($"This cannot be read as DICOM: {fault}.") => Fault = fault;

    /// <summary>What is wrong, and where.</summary>
    public DicomFault Fault { get; }
}
