namespace MedStreams.Dicom.Pacs;

/// <summary>Memory in pieces of one size, used again and again, and never more of it than is allowed. Safe for several threads.</summary>
/// <param name="limit">How many bytes at most.</param>
internal sealed class SpoolMemory(long limit)
{
    /// <summary>How many bytes a piece has.</summary>
    public const int PieceLength = 128 << 10;

    private readonly Lock _gate = new();
    private readonly Stack<byte[]> _free = new();
    private long _taken; // in use, or free

    /// <summary>A piece, all zeros; null where there is none left.</summary>
    public byte[]? Take()
    {
        lock (_gate)
        {
            if (_free.TryPop(out var piece))
                return piece;
            if (_taken + PieceLength > limit)
                return null;
            _taken += PieceLength;
        }

        return new byte[PieceLength];
    }

    /// <summary>Gives pieces back that nobody reads or writes any more.</summary>
    public void Give(List<byte[]> pieces)
    {
        foreach (var piece in pieces)
            Array.Clear(piece); // they are somebody's health
        lock (_gate)
        {
            foreach (var piece in pieces)
                _free.Push(piece);
        }
    }

    /// <summary>Leaves pieces to those who still read them; others may take as much.</summary>
    public void Forget(List<byte[]> pieces)
    {
        lock (_gate)
            _taken -= (long)PieceLength * pieces.Count;
    }
}
