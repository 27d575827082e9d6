using MedStreams.Dicom.Web;
using MedStreams.Local;
using MedStreams.Support.Volume;

namespace MedStreams.Support.DicomWeb;

/// <summary>An Orthanc that speaks DICOMweb, with a small volume in it.</summary>
public sealed class DicomWebOrthanc : IAsyncLifetime
{
    private PrivateOrthanc? _orthanc;

    internal PrivateOrthanc Orthanc => _orthanc!;

    internal GeneratedVolume Volume { get; } = GeneratedVolume.Of(new VolumeOptions { Instances = 250, FilmBytes = 1 << 20 });

    internal HttpClient Http { get; } = DicomWebHttp.Create();

    internal DicomWebOptions Options => new() { Root = Orthanc.DicomWeb };

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(PrivateOrthanc.FindProgram() is not null && PrivateOrthanc.HasDicomWebPlugin, "orthanc and orthanc-dicomweb are not installed");
        _orthanc = await PrivateOrthanc.StartAsync(options: new OrthancOptions
        {
            HasDicomWeb = true,
            Configuration = new Dictionary<string, object> { ["DefaultEncoding"] = "Utf8" },
        });
        await Orthanc.LoadAsync(Volume);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_orthanc is not null)
            await _orthanc.DisposeAsync();
    }
}
