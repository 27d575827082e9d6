namespace MedStreams.Streams;

/// <summary>
/// A red-black tree that inserts as Java's <c>TreeSet</c> does. Where what is compared changes after an insertion, as the sizes of
/// nodes do while Kafka Streams describes a topology, the order depends on the tree's shape; so this has the same shape.
/// </summary>
internal sealed class JavaTreeSet<T>(Comparison<T> compare)
{
    private Node? _root;

    public void Add(T item)
    {
        if (_root is null)
        {
            _root = new Node(item, null) { IsBlack = true };
            return;
        }

        var (parent, goesLeft) = (_root, false);
        for (var at = _root; at is not null; at = goesLeft ? at.Left : at.Right)
        {
            parent = at;
            var order = compare(item, at.Item);
            if (order == 0)
                return;
            goesLeft = order < 0;
        }

        var added = new Node(item, parent);
        if (goesLeft)
            parent.Left = added;
        else
            parent.Right = added;
        Balance(added);
    }

    public IEnumerable<T> InOrder() => InOrder(_root);

    private static IEnumerable<T> InOrder(Node? node) =>
        node is null ? [] : [.. InOrder(node.Left), node.Item, .. InOrder(node.Right)];

    private void Balance(Node node)
    {
        while (node.Parent is { IsBlack: false, Parent: { } grandparent } parent)
        {
            var parentIsLeft = parent == grandparent.Left;
            var uncle = parentIsLeft ? grandparent.Right : grandparent.Left;
            if (uncle is { IsBlack: false })
            {
                parent.IsBlack = uncle.IsBlack = true;
                grandparent.IsBlack = false;
                node = grandparent;
                continue;
            }

            if (node == (parentIsLeft ? parent.Right : parent.Left))
            {
                Rotate(parent, toLeft: parentIsLeft);
                parent = node;
            }

            parent.IsBlack = true;
            grandparent.IsBlack = false;
            Rotate(grandparent, toLeft: !parentIsLeft);
            break;
        }

        _root!.IsBlack = true;
    }

    private void Rotate(Node node, bool toLeft)
    {
        var child = toLeft ? node.Right! : node.Left!;
        var moved = toLeft ? child.Left : child.Right;
        if (toLeft)
            (node.Right, child.Left) = (moved, node);
        else
            (node.Left, child.Right) = (moved, node);
        if (moved is not null)
            moved.Parent = node;
        child.Parent = node.Parent;
        if (node.Parent is null)
            _root = child;
        else if (node.Parent.Left == node)
            node.Parent.Left = child;
        else
            node.Parent.Right = child;
        node.Parent = child;
    }

    private sealed class Node(T item, Node? parent)
    {
        public T Item { get; } = item;

        public Node? Parent { get; set; } = parent;

        public Node? Left { get; set; }

        public Node? Right { get; set; }

        public bool IsBlack { get; set; }
    }
}
