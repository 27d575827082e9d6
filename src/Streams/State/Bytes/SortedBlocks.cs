namespace MedStreams.Streams.State;

/// <summary>Tells the key of an item of a <see cref="SortedBlocks{T,TKeys}"/>.</summary>
internal interface IKeyOf<T>
{
    ReadOnlySpan<byte> KeyOf(T item);
}

/// <summary>A place in a <see cref="SortedBlocks{T,TKeys}"/>; valid while its version is.</summary>
internal readonly record struct BlockPosition(int Block, int Index);

/// <summary>
/// Items in the order of their keys' bytes: a list of small sorted arrays, split when they are full. Simple, compact, and quick
/// enough for millions.
/// </summary>
internal sealed class SortedBlocks<T, TKeys>(TKeys keys)
    where TKeys : IKeyOf<T>
{
    private const int BlockSize = 256;

    private readonly List<Block> _blocks = [];

    /// <summary>Changes whenever positions may have moved.</summary>
    public int Version { get; private set; }

    public long Count { get; private set; }

    public ref T this[BlockPosition position] => ref _blocks[position.Block].Items[position.Index];

    public bool IsValid(BlockPosition position) =>
        (uint)position.Block < (uint)_blocks.Count && (uint)position.Index < (uint)_blocks[position.Block].Count;

    public BlockPosition First => new(_blocks.Count == 0 ? -1 : 0, 0);

    public BlockPosition Last => _blocks.Count == 0 ? new(-1, 0) : new(_blocks.Count - 1, _blocks[^1].Count - 1);

    public BlockPosition Next(BlockPosition position) => position.Index + 1 < _blocks[position.Block].Count
        ? position with { Index = position.Index + 1 }
        : new(position.Block + 1, 0);

    public BlockPosition Previous(BlockPosition position)
    {
        if (position.Index > 0)
            return position with { Index = position.Index - 1 };
        return position.Block > 0 ? new(position.Block - 1, _blocks[position.Block - 1].Count - 1) : new(-1, 0);
    }

    /// <summary>The first item whose key is not below the given one.</summary>
    public BlockPosition Seek(ReadOnlySpan<byte> key, out bool found)
    {
        found = false;
        int low = 0, high = _blocks.Count;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            var block = _blocks[middle];
            if (keys.KeyOf(block.Items[block.Count - 1]).SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == _blocks.Count)
            return new(low, 0);
        var items = _blocks[low].Items;
        int from = 0, to = _blocks[low].Count - 1;
        while (from < to)
        {
            var middle = (from + to) >> 1;
            if (keys.KeyOf(items[middle]).SequenceCompareTo(key) < 0)
                from = middle + 1;
            else
                to = middle;
        }

        found = keys.KeyOf(items[from]).SequenceEqual(key);
        return new(low, from);
    }

    /// <summary>The last item whose key is below the given one.</summary>
    public BlockPosition SeekBelow(ReadOnlySpan<byte> key)
    {
        var position = Seek(key, out _);
        return position.Block < _blocks.Count ? Previous(position) : Last;
    }

    /// <summary>Inserts an item before the place that <see cref="Seek"/> found for its key.</summary>
    public void Insert(BlockPosition position, T item)
    {
        Version++;
        Count++;
        if (_blocks.Count == 0)
        {
            _blocks.Add(new Block());
            position = default;
        }
        else if (position.Block == _blocks.Count)
        {
            position = new(_blocks.Count - 1, _blocks[^1].Count);
        }

        var block = _blocks[position.Block];
        if (block.Count == BlockSize)
        {
            // Keys that only grow leave full blocks behind; all others split in the middle.
            var keep = position.Index == BlockSize ? BlockSize : BlockSize / 2;
            var right = new Block { Count = BlockSize - keep };
            Array.Copy(block.Items, keep, right.Items, 0, right.Count);
            Array.Clear(block.Items, keep, right.Count);
            block.Count = keep;
            _blocks.Insert(position.Block + 1, right);
            if (position.Index >= keep)
                (block, position) = (right, new(position.Block + 1, position.Index - keep));
        }

        Array.Copy(block.Items, position.Index, block.Items, position.Index + 1, block.Count - position.Index);
        block.Items[position.Index] = item;
        block.Count++;
    }

    public void RemoveAt(BlockPosition position)
    {
        Version++;
        Count--;
        var block = _blocks[position.Block];
        block.Count--;
        Array.Copy(block.Items, position.Index + 1, block.Items, position.Index, block.Count - position.Index);
        block.Items[block.Count] = default!;
        if (block.Count == 0)
            _blocks.RemoveAt(position.Block);
    }

    /// <summary>Takes over items that are in order already.</summary>
    public void Load(ReadOnlySpan<T> sorted)
    {
        Clear();
        Count = sorted.Length;
        while (sorted.Length > 0)
        {
            var block = new Block { Count = Math.Min(sorted.Length, BlockSize * 3 / 4) };
            sorted[..block.Count].CopyTo(block.Items);
            _blocks.Add(block);
            sorted = sorted[block.Count..];
        }
    }

    public void Clear()
    {
        Version++;
        Count = 0;
        _blocks.Clear();
    }

    private sealed class Block
    {
        public readonly T[] Items = new T[BlockSize];
        public int Count;
    }
}
