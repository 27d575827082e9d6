using MedStreams.Local;
using MedStreams.Support.Volume;
using Npgsql;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>The built-in archive with an index of its own. Its files are written by the runners; what can be killed apart from them is the index, or a session of it.</summary>
internal sealed class KillableArchive : KillableTarget
{
    private readonly string _folder;
    private readonly PrivatePostgres _index;
    private readonly StudyObserver _observer;

    private KillableArchive(string folder, PrivatePostgres index, GeneratedVolume volume) => (_folder, _index, _observer) =
        (folder, index, new StudyObserver(index, volume.Studies.ToDictionary(s => s.Exam.StudyInstanceUid, s => s.Instances.Count)));

    public override IReadOnlyList<string> Victims { get; } = ["target", "a session of the target"];

    public override IReadOnlyList<string> Half => _observer.Half;

    public override string Seen => $"{_observer.Looks} looks, {_observer.LooksBetween} of them between";

    public override IEnumerable<(string Key, string Value)> Settings =>
        [("MIGRATION__TARGET__KIND", "archive"), ("ARCHIVE__FOLDER", _folder), ("ARCHIVE__CONNECTIONSTRING", _index.ConnectionString)];

    public static async Task<KillableArchive> StartAsync(string folder, GeneratedVolume volume, CancellationToken stop) =>
        new(folder, await PrivatePostgres.StartAsync(cancellationToken: stop), volume);

    public override async Task KillAsync(string victim, Random random, CancellationToken stop)
    {
        if (victim != Victims[0])
        {
            _index.KillChild(random);
            return;
        }

        await _index.KillAsync();
        await _index.StartAgainAsync(stop);
    }

    public override async Task<long?> ObjectsAsync() => (await _observer.LookAsync())?.Sum(s => (long)s.Value.There);

    public override async Task WatchAsync(CancellationToken stop)
    {
        await _observer.RunAsync(stop);
        Assert.True(_observer.LooksBetween > 0);
    }

    public override async Task AssertHoldsAsync(GeneratedVolume volume, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(_index.ConnectionString);
        await connection.OpenAsync(stop);
        await using var command = new NpgsqlCommand(
            """
            SELECT target_id, encode(sha256, 'hex'), bytes, version, is_current, (SELECT count(*) FROM medstreams.archive_conflict) FROM medstreams.archive_object
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var held = new List<(string Uid, string Sha256, long Bytes)>();
        while (await reader.ReadAsync(stop))
        {
            held.Add((reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
            Assert.Equal((1, true, 0L), (reader.GetInt32(3), reader.GetBoolean(4), reader.GetInt64(5)));
        }

        var expected = volume.Instances.Select(i => (i.Uid, i.Digest().Sha256, i.Digest().Bytes));
        Assert.Equal(expected.Order(), held.Order());
    }

    public override async ValueTask DisposeAsync()
    {
        await _observer.DisposeAsync();
        await _index.DisposeAsync();
    }
}
