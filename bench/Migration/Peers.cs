using System.Text;
using System.Text.Json;
using MedStreams.Bench.Support;
using MedStreams.Dicom.Pacs;
using MedStreams.Local;
using MedStreams.Support.Volume;

namespace MedStreams.Migration.Bench;

/// <summary>An old Orthanc with images and a new, empty one that know each other.</summary>
internal sealed class Peers : IAsyncDisposable
{
    public const string OldTitle = "OLD";
    public const string NewTitle = "NEW";
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(10) };
    private readonly (int Old, int New) _ports = (LocalPorts.Next(), LocalPorts.Next());
    private PrivateOrthanc? _old;
    private PrivateOrthanc? _new;

    private Peers(IReadOnlyList<(ExamRecord Exam, IReadOnlyList<GeneratedInstance> Instances)> studies) => Studies = studies;

    public IReadOnlyList<(ExamRecord Exam, IReadOnlyList<GeneratedInstance> Instances)> Studies { get; }

    public int Count => Studies.Sum(s => s.Instances.Count);

    public PrivateOrthanc Old => _old!;

    public PrivateOrthanc New => _new!;

    /// <summary>Starts both and fills the old one.</summary>
    /// <exception cref="BenchException">Orthanc is not installed.</exception>
    public static async Task<Peers> StartAsync(IReadOnlyList<(ExamRecord Exam, IReadOnlyList<GeneratedInstance> Instances)> studies)
    {
        if (PrivateOrthanc.FindProgram() is null)
            throw new BenchException("Orthanc is not installed: apt-get install orthanc");
        var peers = new Peers(studies);
        peers._old = await PrivateOrthanc.StartAsync(options: peers.Options(OldTitle, peers._ports.Old));
        foreach (var instance in studies.SelectMany(s => s.Instances))
        {
            using var content = new ReadOnlyMemoryContent(instance.ToFile());
            using var answer = await peers._http.PostAsync(new Uri($"http://127.0.0.1:{peers.Old.HttpPort}/instances"), content);
            answer.EnsureSuccessStatusCode();
        }

        return peers;
    }

    /// <summary>Puts an empty one in the new one's place.</summary>
    public async Task EmptyAsync()
    {
        if (_new is not null)
            await _new.DisposeAsync();
        _new = await PrivateOrthanc.StartAsync(options: Options(NewTitle, _ports.New));
    }

    /// <summary>The new one fetches all studies from the old one by C-MOVE, so many at a time.</summary>
    public async Task MoveAsync(int parallel)
    {
        await Parallel.ForEachAsync(Studies, new ParallelOptions { MaxDegreeOfParallelism = parallel }, async (study, stop) =>
        {
            var question = new { Level = "Study", Resources = new[] { new Dictionary<string, string> { ["StudyInstanceUID"] = study.Exam.StudyInstanceUid } }, TargetAet = NewTitle, Timeout = 300 };
            using var content = new StringContent(JsonSerializer.Serialize(question), Encoding.UTF8, "application/json");
            using var answer = await _http.PostAsync(new Uri($"http://127.0.0.1:{New.HttpPort}/modalities/old/move"), content, stop);
            answer.EnsureSuccessStatusCode();
        });
        await CheckAsync();
    }

    /// <summary>Throws where the new one does not hold all of it.</summary>
    public async Task CheckAsync()
    {
        var text = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{New.HttpPort}/statistics"));
        using var json = JsonDocument.Parse(text);
        var held = json.RootElement.GetProperty("CountInstances").GetInt32();
        if (held != Count)
            throw new BenchException($"The new PACS holds {held} of {Count} images.");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_new is not null)
            await _new.DisposeAsync();
        if (_old is not null)
            await _old.DisposeAsync();
    }

    private OrthancOptions Options(string title, int port) => new()
    {
        DicomPort = port,
        HasDicomWeb = PrivateOrthanc.HasDicomWebPlugin,
        Configuration = new Dictionary<string, object>
        {
            ["DicomAet"] = title,
            ["DicomThreadsCount"] = 16,
            ["DicomAlwaysAllowMove"] = true,
            ["DicomAlwaysAllowGet"] = true,
            ["DicomAlwaysAllowFind"] = true,
            ["DicomModalities"] = new Dictionary<string, object>
            {
                ["old"] = new object[] { OldTitle, "127.0.0.1", _ports.Old },
                ["new"] = new object[] { NewTitle, "127.0.0.1", _ports.New },
            },
        },
    };
}
