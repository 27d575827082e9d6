using MedStreams.Monitoring.Page;

namespace MedStreams.Monitoring.Tests.Page;

/// <summary>A part whose value a test sets.</summary>
internal sealed class SetPart(string name, object? value = null) : IPagePart
{
    private volatile object? _value = value;
    private int _reads;

    public string Name => name;

    /// <summary>What it shows; an exception is thrown.</summary>
    public object? Value
    {
        get => _value;
        set => _value = value;
    }

    public int Reads => Volatile.Read(ref _reads);

    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return _value is Exception e ? throw e : new(_value);
    }
}

/// <summary>An action that notes what it did, and answers as a test says.</summary>
internal sealed class SetAction(Func<PageRequest, PageReply> answer) : IPageAction
{
    private int _done;

    public string Pattern => "things/{thing}/do";

    public string What => "things.do";

    public int Done => Volatile.Read(ref _done);

    public string Which(PageRequest request) => request.Text("thing");

    public ValueTask<PageReply> DoAsync(PageRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _done);
        return new(answer(request));
    }
}

/// <summary>An audit in memory, which can fail.</summary>
internal sealed class ListAudit : IPageAudit
{
    private readonly Lock _lock = new();
    private readonly List<AuditEntry> _entries = [];

    /// <summary>So many entries are taken, then it fails.</summary>
    public int Room { get; set; } = int.MaxValue;

    public IReadOnlyList<AuditEntry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    public Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_entries.Count >= Room)
                throw new PageAuditException("The disk of the test is full.");
            _entries.Add(entry);
        }

        return Task.CompletedTask;
    }
}
