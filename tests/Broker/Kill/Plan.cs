using System.Globalization;
using System.Text;

namespace MedStreams.Broker.Tests.Kill;

/// <summary>What a transaction writes: known from its client and number, to those who write and to those who check.</summary>
internal static class Plan
{
    public const int Partitions = 3;
    public const string Out = "out";
    public const string Table = "table";
    public const string Short = "short";
    public const string Log = "log";
    public const string In = "in";

    /// <summary>How many keys of the table each client has.</summary>
    public const int Keys = 5;

    /// <summary>How many records of a transaction go to a partition of <see cref="Out"/>, in each of its two requests.</summary>
    public static int Records(int client, int number, int partition) =>
        ((number * 7) + (client * 3) + partition) % 3 == 0 ? 2 : 1;

    /// <summary>Whether its client wishes to commit it.</summary>
    public static bool Commits(int client, int number) => ((number * 5) + client) % 4 != 0;

    /// <summary>Whether it commits an offset of a group.</summary>
    public static bool HasOffset(int client, int number) => (number + client) % 3 == 0;

    public static byte[] Value(int client, int number, int partition, int index) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{client}:{number}:{partition}:{index}"));

    public static (int Client, int Number, int Partition, int Index) Read(ReadOnlySpan<byte> value)
    {
        var parts = Encoding.UTF8.GetString(value).Split(':').Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        return (parts[0], parts[1], parts[2], parts[3]);
    }

    public static byte[] Key(int client, int number) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{client}/{number % Keys}"));

    public static string Group(int client) => $"group-{client}";

    public static string Id(int client) => $"id-{client}";
}
