using MedStreams.Local;
using Npgsql;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>Looks into the archive again and again while it is filled: a study is there whole or not at all.</summary>
/// <param name="index">The archive's database.</param>
/// <param name="expected">How many objects each study has.</param>
internal sealed class StudyObserver(PrivatePostgres index, IReadOnlyDictionary<string, int> expected) : IAsyncDisposable
{
    private const string Sql =
        """
        SELECT s.study_uid, s.objects, count(o.*)::int
        FROM medstreams.archive_study s LEFT JOIN medstreams.archive_object o ON o.study_key = s.study_key AND o.is_current
        GROUP BY 1, 2
        """;

    private readonly SemaphoreSlim _turn = new(1);
    private NpgsqlConnection? _connection;

    /// <summary>How often it saw the archive.</summary>
    public int Looks { get; private set; }

    /// <summary>Looks at which some studies were there and others not.</summary>
    public int LooksBetween { get; private set; }

    /// <summary>Studies that it saw with other objects than they have.</summary>
    public List<string> Half { get; } = [];

    /// <summary>Looks until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await LookAsync() is { } studies)
            {
                Looks++;
                LooksBetween += studies.Count > 0 && studies.Count < expected.Count ? 1 : 0;
                Half.AddRange(studies.Where(s => s.Value.Told != expected.GetValueOrDefault(s.Key) || s.Value.There != s.Value.Told)
                    .Select(s => $"{s.Key}: {s.Value.There} of {expected.GetValueOrDefault(s.Key)}"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
    }

    /// <summary>Studies with their numbers of objects, told and counted; null where the database is away.</summary>
    public async Task<Dictionary<string, (int Told, int There)>?> LookAsync()
    {
        await _turn.WaitAsync();
        try
        {
            var connection = await ConnectionAsync();
            await using var exists = new NpgsqlCommand("SELECT to_regclass('medstreams.archive_object') IS NOT NULL", connection);
            if (await exists.ExecuteScalarAsync() is not true)
                return [];
            await using var command = new NpgsqlCommand(Sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var studies = new Dictionary<string, (int, int)>(StringComparer.Ordinal);
            while (await reader.ReadAsync())
                studies.Add(reader.GetString(0), (reader.GetInt32(1), reader.GetInt32(2)));
            return studies;
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or System.Net.Sockets.SocketException or IOException)
        {
            await CloseAsync();
            return null; // killed a moment ago
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _turn.Dispose();
    }

    private async Task<NpgsqlConnection> ConnectionAsync()
    {
        if (_connection is null)
        {
            _connection = new NpgsqlConnection(index.ConnectionString + ";Pooling=false;Timeout=5");
            await _connection.OpenAsync();
        }

        return _connection;
    }

    private async Task CloseAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
    }
}
