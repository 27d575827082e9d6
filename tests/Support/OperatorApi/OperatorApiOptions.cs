using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace MedStreams.Support.OperatorApi;

/// <summary>How an operator's API behaves.</summary>
internal sealed record OperatorApiOptions
{
    /// <summary>The file of its book.</summary>
    public required string Book { get; init; }

    /// <summary>Where it listens on the loopback interface; 0 takes a free port.</summary>
    public int Port { get; init; }

    /// <summary>What chance begins with.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Of a thousand requests, how many meet each fault; for calls, not for look-ups, which meet those that do nothing.</summary>
    public ImmutableDictionary<OperatorMisdeed, int> Faults { get; init; } = ImmutableDictionary<OperatorMisdeed, int>.Empty;

    /// <summary>How late a late one is, at most.</summary>
    public TimeSpan Late { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>What Retry-After says.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The bearer token that it wants; null: none.</summary>
    public string? Token { get; init; }

    /// <summary>Faults of every kind, a few of a hundred requests each; deaths are rarer.</summary>
    public static ImmutableDictionary<OperatorMisdeed, int> Everything { get; } = new Dictionary<OperatorMisdeed, int>
    {
        [OperatorMisdeed.Throttle] = 30,
        [OperatorMisdeed.ThrottleUntil] = 10,
        [OperatorMisdeed.Fail] = 20,
        [OperatorMisdeed.Lie] = 30,
        [OperatorMisdeed.Hang] = 10,
        [OperatorMisdeed.HangAfter] = 10,
        [OperatorMisdeed.Late] = 20,
        [OperatorMisdeed.Cut] = 20,
        [OperatorMisdeed.CutAfter] = 20,
        [OperatorMisdeed.Die] = 1,
        [OperatorMisdeed.DieAfter] = 2,
    }.ToImmutableDictionary();

    /// <summary>The same as arguments of a process.</summary>
    public string[] ToArguments() =>
    [
        Book, Text(Port), Text(Seed), string.Join(',', Faults.Select(f => $"{f.Key}={Text(f.Value)}")), Text((int)Late.TotalMilliseconds), Text((int)RetryAfter.TotalMilliseconds),
        Token ?? "",
    ];

    public static OperatorApiOptions Of(string[] arguments) => new()
    {
        Book = arguments[0],
        Port = Number(arguments[1]),
        Seed = Number(arguments[2]),
        Faults = arguments[3].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('=')).ToImmutableDictionary(f => Enum.Parse<OperatorMisdeed>(f[0]), f => Number(f[1])),
        Late = TimeSpan.FromMilliseconds(Number(arguments[4])),
        RetryAfter = TimeSpan.FromMilliseconds(Number(arguments[5])),
        Token = arguments[6].Length == 0 ? null : arguments[6],
    };

    /// <summary>The fault that a request meets: chance, but the same for the same start, card and repetition whatever else goes on.</summary>
    public OperatorMisdeed FaultOf(int start, string card, int repetition)
    {
        var at = (int)(Chance(start, card, repetition) % 1000);
        foreach (var (fault, share) in Faults.OrderBy(f => f.Key))
        {
            if (at < share)
                return fault;
            at -= share;
        }

        return OperatorMisdeed.None;
    }

    /// <summary>How late this one is.</summary>
    public TimeSpan LatenessOf(int start, string card, int repetition) => Late * ((Chance(start, card, repetition) >> 20) % 1000 / 1000.0);

    private ulong Chance(int start, string card, int repetition)
    {
        var hash = 14695981039346656037UL ^ (ulong)Seed; // FNV-1a, and a finalizer that spreads it
        foreach (var b in Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{start} {card} {repetition}")))
            hash = (hash ^ b) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return hash ^ (hash >> 33);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
