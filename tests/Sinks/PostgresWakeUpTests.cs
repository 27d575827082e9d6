using MedStreams.Support;

namespace MedStreams.Sinks.Tests;

/// <summary>Waiting for notifications of a database.</summary>
public sealed class PostgresWakeUpTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_notification_ends_the_wait_also_one_that_came_before_it()
    {
        var database = await postgres.DatabaseAsync();
        await using var wakeUp = new PostgresWakeUp(database.ConnectionString, "ca\"rds", TimeSpan.FromMinutes(10), TimeProvider.System);
        await wakeUp.WaitAsync(Stop); // listens from now on

        var waiting = wakeUp.WaitAsync(Stop);
        await database.ExecuteAsync("notify \"ca\"\"rds\"");
        await waiting.WaitAsync(TimeSpan.FromMinutes(1), Stop);
        await database.ExecuteAsync("notify \"ca\"\"rds\"");
        await wakeUp.WaitAsync(Stop).WaitAsync(TimeSpan.FromMinutes(1), Stop);
    }

    [Fact]
    public async Task Without_a_channel_or_a_database_time_ends_the_wait()
    {
        var time = new ManualTime();
        await using var silent = new PostgresWakeUp("Host=127.0.0.1", null, TimeSpan.FromMinutes(1), time);
        await using var away = new PostgresWakeUp("Host=127.0.0.1;Port=1;Timeout=5", "cards", TimeSpan.FromMinutes(1), time);

        var both = Task.WhenAll(silent.WaitAsync(Stop), away.WaitAsync(Stop));
        Assert.False(both.IsCompleted);
        while (!both.IsCompleted)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(2, Stop);
        }

        await both;
    }
}
