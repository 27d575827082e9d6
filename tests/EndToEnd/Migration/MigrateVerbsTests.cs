using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using MedStreams.Local;
using MedStreams.Support;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>What an operator does with a migration that runs: holds it, slows it down, ends it, tries again, adds a machine.</summary>
[Collection(MigrationCollection.Name)]
public sealed class MigrateVerbsTests(MigrationServers servers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_5_a_run_is_paused_by_department_and_whole_slowed_down_and_let_go_while_it_runs()
    {
        await using var stack = await StackAsync();
        var held = stack.Volume.Studies.Count(s => s.Exam.Department == "RADIOLOGY");
        await DoAsync(stack, "pause", "--department", "RADIOLOGY");
        await DoAsync(stack, "pace", "--free");
        var running = stack.MigrateAsync(["start", "--json"], Stop);
        await HoldsAsync(stack, f => f.GetProperty("migrated").GetInt32() == stack.Volume.Studies.Count - held);

        await DoAsync(stack, "pause");
        await DoAsync(stack, "resume", "--department", "RADIOLOGY");
        await DoAsync(stack, "pace", "--studies-per-minute", "1000");
        var status = await FiguresAsync(stack);
        Assert.True(status.GetProperty("isPaused").GetBoolean());
        Assert.Equal(held, status.GetProperty("known").GetInt32() - status.GetProperty("migrated").GetInt32());
        Assert.False(running.IsCompleted);

        await DoAsync(stack, "resume");
        var ended = await running;
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(stack.Volume.Studies.Count, JsonDocument.Parse(ended.Output).RootElement.GetProperty("migrated").GetInt32());
        Assert.Contains(" studies/h, ", ended.Error, StringComparison.Ordinal);
        await DoAsync(stack, "pace", "--free");
    }

    [Fact]
    public async Task S3_3_S3_11_a_study_that_fails_is_told_with_its_reason_and_tried_again_when_its_cause_is_mended()
    {
        await using var stack = await StackAsync();
        var failing = stack.Volume.Studies[3].Exam;
        stack["MIGRATION__TAGRULES"] = stack.At("rules.json");
        stack["MIGRATION__BACKOFF"] = "0 ms";
        await WriteRulesAsync(stack, failing.AccessionNumber!);

        var start = await stack.MigrateAsync(["start"], Stop);
        Assert.True(start.Code == 3, start.Error);
        Assert.Contains("1 studies failed", start.Error, StringComparison.Ordinal);
        var report = await stack.MigrateAsync(["report", "--format", "json"], Stop);
        Assert.Equal(3, report.Code);
        var failure = Assert.Single(JsonDocument.Parse(report.Output).RootElement.GetProperty("failures").EnumerateArray());
        Assert.Equal((failing.StudyInstanceUid, "Refused"), (failure.GetProperty("studyInstanceUid").GetString(), failure.GetProperty("kind").GetString()));
        Assert.Contains("has no entry", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var alerts = await stack.MigrateAsync(["status", "--alerts", "9", "--json"], Stop);
        Assert.Contains(JsonDocument.Parse(alerts.Output).RootElement.EnumerateArray(), a => a.GetProperty("study").GetString() == failing.StudyInstanceUid);

        await WriteRulesAsync(stack, "");
        var retry = await stack.MigrateAsync(["retry", "--study", failing.StudyInstanceUid, "--json"], Stop);
        Assert.Equal(1, JsonDocument.Parse(retry.Output).RootElement.GetProperty("pending").GetInt32());
        var again = await stack.MigrateAsync(["start", "--join"], Stop);
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(0, (await stack.MigrateAsync(["report"], Stop)).Code);
    }

    [Fact]
    public async Task S3_4_S3_12_a_run_that_an_interrupt_ended_drains_and_goes_on_and_moves_each_study_once()
    {
        await using var stack = await StackAsync();
        await DoAsync(stack, "pace", "--studies-per-minute", "1");
        using (var first = stack.Start("first", "start"))
        {
            await HoldsAsync(stack, f => f.GetProperty("migrated").GetInt32() > 0);
            first.Send(Signal.Interrupt);
            Assert.True(await first.WaitForExitAsync(Patience, Stop), Log(stack, "first"));
            Assert.True(first.ExitCode == 130, $"{first.ExitCode} {Log(stack, "first")}");
        }

        var left = await FiguresAsync(stack);
        Assert.False(left.GetProperty("isFinished").GetBoolean());
        await DoAsync(stack, "pause");
        await DoAsync(stack, "pace", "--free");
        await MigrationAssert.MovesAllAsync(stack, stack.Volume.Studies.Count, stack.Volume.Instances.Count(), Stop);
        foreach (var study in stack.Volume.Studies)
            await AssertMovedOnceAsync(stack, study.Exam.StudyInstanceUid);
        Assert.Equal(0, (await stack.CallAsync(["archive", "check"], Stop)).Code);
    }

    [Fact]
    public async Task S3_4_two_machines_share_a_run_and_each_study_is_moved_and_audited_once()
    {
        await using var stack = await StackAsync();
        var topic = $"migration.audit-{stack.Run}";
        stack["MIGRATION__AUDITTOPIC"] = topic;
        await DoAsync(stack, "pace", "--studies-per-minute", "1");
        string[] names = ["one", "two"];
        var machines = names.ToDictionary(name => name, name => StartMachine(stack, name), StringComparer.Ordinal);
        try
        {
            await Eventually.Holds(() => names.All(name => Assigned(stack, name) is > 0 and < 7), Patience);
            await DoAsync(stack, "pace", "--free");
            foreach (var name in names)
            {
                Assert.True(await machines[name].WaitForExitAsync(Patience, Stop), Log(stack, name));
                Assert.True(machines[name].ExitCode == 0, Log(stack, name));
            }
        }
        finally
        {
            foreach (var machine in machines.Values)
                machine.Dispose();
        }

        var expected = stack.Volume.Studies.Select(s => s.Exam.StudyInstanceUid).Order(StringComparer.Ordinal).ToList();
        var audited = names.SelectMany(name => File.ReadAllLines(stack.At($"{name}.audit")));
        Assert.Equal(expected, audited.Select(StudyOf).Order(StringComparer.Ordinal));
        var records = await stack.CallAsync(["consume", topic, "--fields", "value"], Stop);
        Assert.True(records.Code == 0, records.Error);
        Assert.Equal(expected, records.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(StudyOf).Order(StringComparer.Ordinal));
        foreach (var study in expected)
            await AssertMovedOnceAsync(stack, study);
        Assert.Equal(0, (await stack.MigrateAsync(["report"], Stop)).Code);
    }

    [Fact]
    public async Task Wrong_use_and_servers_that_are_away_have_exit_codes_of_their_own()
    {
        await using var stack = await StackAsync();
        Assert.Equal(1, (await stack.MigrateAsync(["status"], Stop)).Code);
        Assert.Equal(2, (await stack.MigrateAsync(["start", "--from", "yesterday"], Stop)).Code);
        Assert.Equal(2, (await stack.MigrateAsync(["report", "--format", "pdf"], Stop)).Code);
        Assert.Equal(2, (await stack.CallAsync(["run", "migration"], Stop)).Code);
        stack["KAFKA__BOOTSTRAPSERVERS"] = $"127.0.0.1:{LocalPorts.Next()}";
        stack["KAFKA__TIMEOUT"] = "1 s";
        var start = await stack.MigrateAsync(["start"], Stop);
        Assert.True(start.Code == 4, start.Error);
        Assert.Equal(4, (await stack.MigrateAsync(["pace", "--free"], Stop)).Code);
        stack["POSTGRES__CONNECTIONSTRING"] = $"Host=127.0.0.1;Port={LocalPorts.Next()};Username=nobody;Password=secret;Timeout=1";
        var away = await stack.MigrateAsync(["status"], Stop);
        Assert.Equal(1, away.Code);
        Assert.DoesNotContain("secret", away.Error, StringComparison.Ordinal);
    }

    private async Task<SharedMigration> StackAsync()
    {
        var stack = new SharedMigration(servers);
        await stack.ReadFolderAsync(Stop);
        await stack.StoreInArchiveAsync(Stop);
        return stack;
    }

    /// <summary>Starts a machine that has all of its own: state, spool, index of the tree, audit file.</summary>
    private static GuardedProcess StartMachine(SharedMigration stack, string name)
    {
        stack["MIGRATION__AUDITFILE"] = stack.At($"{name}.audit");
        stack["MIGRATION__SPOOLDIR"] = stack.At($"{name}.spool");
        stack["MIGRATION__INDEXDIR"] = stack.At($"{name}.index");
        return stack.Start(name, "start");
    }

    /// <summary>How many tasks a machine has, as it said last; 0: none yet.</summary>
    private static int Assigned(SharedMigration stack, string name)
    {
        const string Mark = " tasks assigned: ";
        var line = Log(stack, name).Split('\n').LastOrDefault(l => l.Contains(Mark, StringComparison.Ordinal)) ?? "";
        var words = line.Split(Mark)[0].Split(' ');
        return int.TryParse(words[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
    }

    private static string Log(SharedMigration stack, string name)
    {
        using var file = new FileStream(stack.LogOf(name), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private static string StudyOf(string message)
    {
        var objects = XElement.Parse(message).Elements("ParticipantObjectIdentification");
        return objects.Single(o => o.Element("ParticipantObjectIDTypeCode")!.Attribute("csd-code")!.Value == "110180").Attribute("ParticipantObjectID")!.Value;
    }

    private static async Task DoAsync(SharedMigration stack, params string[] arguments)
    {
        var done = await stack.MigrateAsync([.. arguments], Stop);
        Assert.True(done.Code == 0, done.Error);
    }

    private static async Task<JsonElement> FiguresAsync(SharedMigration stack)
    {
        var status = await stack.MigrateAsync(["status", "--json"], Stop);
        return status.Code == 0 ? JsonDocument.Parse(status.Output).RootElement : default;
    }

    private static Task HoldsAsync(SharedMigration stack, Func<JsonElement, bool> condition) =>
        Eventually.Holds(async () => await FiguresAsync(stack) is { ValueKind: JsonValueKind.Object } figures && condition(figures), Patience);

    /// <summary>A study was moved once. An attempt that was on its way when its tasks went to another machine is made again there.</summary>
    private static async Task AssertMovedOnceAsync(SharedMigration stack, string study)
    {
        var attempts = await stack.MigrateAsync(["status", "--study", study, "--json"], Stop);
        var moved = JsonDocument.Parse(attempts.Output).RootElement.EnumerateArray().Count(a => a.GetProperty("outcome").GetString() == "migrated");
        Assert.True(moved == 1, attempts.Output);
    }

    /// <summary>A table of numbers that has all but one.</summary>
    private static Task WriteRulesAsync(SharedMigration stack, string without)
    {
        var table = stack.Volume.Studies.Select(s => s.Exam.AccessionNumber!).Where(n => n != without).ToDictionary(n => n, n => "N" + n, StringComparer.Ordinal);
        var rules = new { modifiedAt = "2026-01-31T00:00:00Z", rules = new[] { new { map = "0008,0050", table } } };
        return File.WriteAllTextAsync(stack.At("rules.json"), JsonSerializer.Serialize(rules), Stop);
    }
}
