namespace MedStreams.Broker.Server;

/// <summary>One request as it came, in a buffer of the pool, counted by the memory of requests until it is disposed of.</summary>
internal sealed class Frame : IDisposable
{
    private readonly RequestMemory _memory;
    private byte[]? _buffer;
    private bool _hasRest;

    private Frame(RequestMemory memory, int length)
    {
        _memory = memory;
        _buffer = Buffers.Rent(Math.Min(length, RequestMemory.FirstPart));
        Length = length;
    }

    /// <summary>How many bytes there are in all.</summary>
    public int Length { get; }

    /// <summary>The bytes after the length.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, Length);

    /// <summary>Where the first bytes are received into: all of them, or as many as the first part has.</summary>
    public Memory<byte> First => _buffer.AsMemory(0, Math.Min(Length, RequestMemory.FirstPart));

    /// <summary>Waits for memory, for the first part.</summary>
    public static async ValueTask<Frame> BeginAsync(RequestMemory memory, int length, CancellationToken cancellationToken)
    {
        await memory.TakeFirstAsync(length, cancellationToken);
        return new Frame(memory, length);
    }

    /// <summary>Waits for memory for the rest, and answers where it is received into.</summary>
    public async ValueTask<Memory<byte>> BeginRestAsync(CancellationToken cancellationToken)
    {
        await _memory.TakeRestAsync(Length, cancellationToken);
        _hasRest = true;
        var whole = Buffers.Rent(Length);
        First.CopyTo(whole);
        Buffers.Return(_buffer!);
        _buffer = whole;
        return whole.AsMemory(RequestMemory.FirstPart, Length - RequestMemory.FirstPart);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is not { } returned)
            return;
        Buffers.Return(returned);
        _memory.Return(Length, _hasRest);
    }
}
