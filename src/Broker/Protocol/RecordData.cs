namespace MedStreams.Broker.Protocol;

/// <summary>
/// Record batches on their way through the protocol: memory pieces in order, neither copied nor joined by the codec.
/// The default value is Kafka's null.
/// </summary>
/// <remarks>
/// What a request carries points into the request's buffer and lives as long as that. What a response is given must
/// stay unchanged until the response has been sent.
/// </remarks>
internal readonly struct RecordData
{
    private readonly ReadOnlyMemory<byte> _single;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>>? _pieces;
    private readonly bool _present;

    /// <summary>Records in one piece of memory.</summary>
    public RecordData(ReadOnlyMemory<byte> bytes)
    {
        _single = bytes;
        _present = true;
        Length = bytes.Length;
    }

    /// <summary>Records in several pieces of memory that follow each other.</summary>
    public RecordData(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        _pieces = pieces;
        _present = true;
        long length = 0;
        foreach (var piece in pieces)
            length += piece.Length;
        Length = checked((int)length);
    }

    /// <summary>No records at all, which differs from null.</summary>
    public static RecordData Empty { get; } = new(ReadOnlyMemory<byte>.Empty);

    /// <summary>Whether the field is null.</summary>
    public bool IsNull => !_present;

    /// <summary>The length of all pieces in bytes; 0 for null.</summary>
    public int Length { get; }

    /// <summary>The number of pieces; 0 for null.</summary>
    public int PieceCount => _pieces?.Count ?? (_present ? 1 : 0);

    /// <summary>One of the pieces.</summary>
    public ReadOnlyMemory<byte> Piece(int index) => _pieces is null ? _single : _pieces[index];

    /// <summary>The records in one piece: as they are if there is only one, else a copy.</summary>
    public ReadOnlyMemory<byte> ToMemory()
    {
        if (_pieces is null)
            return _single;
        if (_pieces.Count == 1)
            return _pieces[0];

        var joined = new byte[Length];
        var at = 0;
        foreach (var piece in _pieces)
        {
            piece.Span.CopyTo(joined.AsSpan(at));
            at += piece.Length;
        }

        return joined;
    }
}
