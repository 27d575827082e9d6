namespace MedStreams.Broker.Tests.Kill;

/// <summary>How a transaction ended, as far as its client knows.</summary>
internal enum Outcome
{
    Committed,
    Aborted,

    /// <summary>The client gave up while its wish to commit was on its way.</summary>
    Unknown,
}

/// <summary>What each client was told: the truth that the broker is held to. Safe for concurrent use.</summary>
internal sealed class Ledger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Client, int Number), Outcome> _transactions = [];
    private readonly Dictionary<int, int> _acknowledged = [];
    private int _work;

    /// <summary>How many transactions ended in each way.</summary>
    public IReadOnlyDictionary<Outcome, int> Counts
    {
        get
        {
            lock (_gate)
            {
                return _transactions.Values.CountBy(o => o).ToDictionary();
            }
        }
    }

    /// <summary>Grows with everything that is acknowledged.</summary>
    public int Work
    {
        get
        {
            lock (_gate)
            {
                return _work;
            }
        }
    }

    /// <summary>How many records of each idempotent client were acknowledged.</summary>
    public IReadOnlyDictionary<int, int> Acknowledged
    {
        get
        {
            lock (_gate)
            {
                return _acknowledged.ToDictionary();
            }
        }
    }

    public void End(int client, int number, Outcome outcome)
    {
        lock (_gate)
        {
            _transactions.Add((client, number), outcome);
            _work++;
        }
    }

    public void Acknowledge(int client, int records)
    {
        lock (_gate)
        {
            _acknowledged[client] = _acknowledged.GetValueOrDefault(client) + records;
            _work++;
        }
    }

    /// <summary>The numbers of a client's transactions that ended so, in their order.</summary>
    public List<int> Numbers(int client, Outcome outcome)
    {
        lock (_gate)
        {
            return [.. _transactions.Where(t => t.Key.Client == client && t.Value == outcome).Select(t => t.Key.Number).Order()];
        }
    }

    public Outcome Find(int client, int number)
    {
        lock (_gate)
        {
            return _transactions[(client, number)];
        }
    }
}
