using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace MedStreams.Support;

/// <summary>
/// The broker that <c>MEDSTREAMS_TEST_BOOTSTRAP</c> names, for tests that run beside somebody else's. Nobody else's topics are
/// touched: all names of a test begin with a prefix of its own, and what begins with it is deleted in the end.
/// </summary>
internal static class NamedBroker
{
    public const string Variable = "MEDSTREAMS_TEST_BOOTSTRAP";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Its <c>bootstrap.servers</c>; null where tests start a broker of their own.</summary>
    public static string? Servers =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } servers ? servers : null;

    /// <summary>Leaves a test out where a broker is named, and says why.</summary>
    /// <param name="why">What the test does that it may not do to somebody else's broker, such as "kills its broker".</param>
    public static void SkipIfAny(string why)
    {
        if (Servers is { } servers)
            Assert.Skip($"{Variable} names {servers}, and this test {why}.");
    }

    /// <summary>A prefix that nobody has used.</summary>
    public static string UniquePrefix() => $"t{Guid.NewGuid().ToString("N")[..8]}-";

    /// <summary>Whether clients that connect to the servers are told just their address, on the loopback interface.</summary>
    public static bool IsOneOnLoopback(string servers)
    {
        using var admin = Admin(servers);
        return admin.GetMetadata(Patience).Brokers is [{ Host: "127.0.0.1" } one] && servers == $"{one.Host}:{one.Port}";
    }

    /// <summary>Deletes all topics and groups whose names begin with a prefix.</summary>
    public static async Task CleanAsync(string servers, string prefix)
    {
        using var admin = Admin(servers);
        string[] groups = [.. admin.ListGroups(Patience).Select(g => g.Group).Where(g => g.StartsWith(prefix, StringComparison.Ordinal))];
        string[] topics = [.. admin.GetMetadata(Patience).Topics.Select(t => t.Topic).Where(t => t.StartsWith(prefix, StringComparison.Ordinal))];
        if (topics.Length > 0)
            await admin.DeleteTopicsAsync(topics);
        try
        {
            if (groups.Length > 0)
                await admin.DeleteGroupsAsync(groups);
        }
        catch (DeleteGroupsException e) when (e.Results.TrueForAll(
            r => r.Error.Code is ErrorCode.NoError or ErrorCode.NonEmptyGroup or ErrorCode.GroupIdNotFound))
        {
            // A member that was killed counts until its session is over; the group is then empty, and expires with its offsets.
        }
    }

    private static IAdminClient Admin(string servers) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).SetLogHandler(static (_, _) => { }).Build();
}
