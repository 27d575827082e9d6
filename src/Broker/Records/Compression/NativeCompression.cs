using System.Runtime.InteropServices;

namespace MedStreams.Broker.Records;

/// <summary>A compression that a library of the operating system does.</summary>
internal abstract class NativeCompression : CompressionCodec
{
    private readonly Lazy<bool> _available;

    /// <summary>Names the library; it is looked for when it is first asked about.</summary>
    protected NativeCompression(string library) =>
        _available = new Lazy<bool>(() => NativeLibrary.TryLoad(
            library, typeof(NativeCompression).Assembly, DllImportSearchPath.SafeDirectories, out _));

    /// <inheritdoc/>
    public override bool IsAvailable => _available.Value;

    /// <summary>Throws if the library is missing.</summary>
    protected void Require()
    {
        if (!IsAvailable)
            throw new InvalidOperationException($"Compression needs the package {Package}, which is not installed.");
    }
}
