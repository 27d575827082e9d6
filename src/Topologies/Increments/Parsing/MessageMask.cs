namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Turns a message that no template matches into an event type. Kept are: words of a fixed list (<see cref="Vocabulary"/>),
/// names in code where they stand as such (at the front of the message, or before <c>=</c> or an opening parenthesis) when
/// they are letters only and in camel case, dotted constants such as <c>android.intent.action.SCREEN_ON</c>, and
/// <c>: = ( ) [ ]</c>. All else becomes <c>&lt;*&gt;</c>, one for several in a row. So names of people, numbers and texts of
/// users cannot get into an event type, and the number of event types is bounded by what programs say.
/// </summary>
internal static class MessageMask
{
    /// <summary>The event type of a message without a word.</summary>
    public const string Nothing = "<*>";

    private const int MostWords = 16;
    private const int LongestWord = 48;

    /// <summary>Writes the masked message; answers how many bytes that are.</summary>
    public static int Write(ReadOnlySpan<byte> message, Span<byte> destination)
    {
        var output = new Output(destination);
        var position = 0;
        var words = 0;
        while (position < message.Length && words < MostWords)
        {
            var c = message[position];
            if (IsWordPart(c))
            {
                var length = WordLength(message[position..]);
                var word = message.Slice(position, length);
                position += length;
                words++;
                if (IsKept(word, message, position, words == 1))
                    output.Word(word);
                else
                    output.Hole();
            }
            else
            {
                position++;
                if (c is (byte)'"' or (byte)'{')
                    position = AfterEnclosed(message, position, c == '{' ? (byte)'}' : c, ref output);
                else if (c is (byte)':' or (byte)'=' or (byte)'(' or (byte)')' or (byte)'[' or (byte)']')
                    output.Sign(c);
                else
                    output.Gap();
            }
        }

        return output.Finish();
    }

    /// <summary>Whether a word may stand in an event type wherever it stands.</summary>
    public static bool IsKnownWord(ReadOnlySpan<byte> word)
    {
        if (word.Length is 0 or > 24)
            return false;
        Span<char> lower = stackalloc char[word.Length];
        for (var i = 0; i < word.Length; i++)
        {
            if (!Ascii.IsLetter(word[i]))
                return false;
            lower[i] = (char)(word[i] | 0x20);
        }

        return Vocabulary.Contains(lower);
    }

    private static bool IsWordPart(byte c) => Ascii.IsLetterOrDigit(c) || c is (byte)'_' or (byte)'.' or (byte)'-' || c >= 0x80;

    private static int WordLength(ReadOnlySpan<byte> text)
    {
        var length = 1;
        while (length < text.Length && IsWordPart(text[length]))
            length++;
        while (length > 1 && text[length - 1] is (byte)'.' or (byte)'-')
            length--;
        return length;
    }

    /// <summary>What stands between quotes or braces is one hole.</summary>
    private static int AfterEnclosed(ReadOnlySpan<byte> message, int position, byte close, ref Output output)
    {
        var end = message[position..].IndexOf(close);
        if (end < 0)
            return position;
        output.Hole();
        return position + end + 1;
    }

    private static bool IsKept(ReadOnlySpan<byte> word, ReadOnlySpan<byte> message, int end, bool first)
    {
        if (IsKnownWord(word))
            return true;
        if (word.Length > LongestWord)
            return false;
        return IsConstant(word) || ((first || NamesSomething(message[end..])) && IsCamelCase(word));
    }

    private static bool NamesSomething(ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0 && rest[0] == ' ')
            rest = rest[1..];
        return rest.Length > 0 && rest[0] is (byte)'=' or (byte)'(';
    }

    /// <summary>Letters (and digits in the middle), beginning with a small one, with a capital further on.</summary>
    private static bool IsCamelCase(ReadOnlySpan<byte> word)
    {
        if (!Ascii.IsLower(word[0]) || !Ascii.IsLetter(word[^1]))
            return false;
        var capitals = 0;
        foreach (var c in word)
        {
            if (!Ascii.IsLetterOrDigit(c))
                return false;
            if (Ascii.IsUpper(c))
                capitals++;
        }

        return capitals > 0;
    }

    /// <summary>At least two small-letter parts with dots behind, then one of capitals and underscores.</summary>
    private static bool IsConstant(ReadOnlySpan<byte> word)
    {
        var last = word.LastIndexOf((byte)'.');
        if (last < 0 || word[..last].IndexOf((byte)'.') < 0)
            return false;
        foreach (var c in word[..last])
        {
            if (!Ascii.IsLower(c) && c != '.')
                return false;
        }

        foreach (var c in word[(last + 1)..])
        {
            if (!Ascii.IsUpper(c) && c != '_')
                return false;
        }

        return true;
    }

    /// <summary>The masked text so far. A word that does not fit any more ends it.</summary>
    private ref struct Output(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;
        private int _length;
        private int _open;
        private bool _gap;
        private bool _hole;
        private bool _full;

        public void Word(ReadOnlySpan<byte> word)
        {
            Append(word);
            _hole = false;
        }

        public void Hole()
        {
            if (!_hole)
                Append("<*>"u8);
            _hole = true;
            _gap = true;
        }

        /// <summary>A sign stays where it says something: behind a word, an opening one also before it, a closing one where one is open.</summary>
        public void Sign(byte sign)
        {
            var opens = sign is (byte)'(' or (byte)'[';
            var closes = sign is (byte)')' or (byte)']';
            if (closes ? _open == 0 : _hole || (!opens && (_length == 0 || _destination[_length - 1] == sign)))
                return;
            _open += opens ? 1 : closes ? -1 : 0;
            _gap &= opens;
            Append(new ReadOnlySpan<byte>(in sign));
            _gap = false;
            _hole = false;
        }

        public void Gap() => _gap = true;

        public readonly int Finish()
        {
            if (_length > 0)
                return _length;
            "<*>"u8.CopyTo(_destination);
            return 3;
        }

        private void Append(scoped ReadOnlySpan<byte> text)
        {
            var gap = _gap && _length > 0 ? 1 : 0;
            if (_full || _length + gap + text.Length > _destination.Length)
            {
                _full = true;
                return;
            }

            if (gap > 0)
                _destination[_length++] = (byte)' ';
            text.CopyTo(_destination[_length..]);
            _length += text.Length;
            _gap = false;
        }
    }
}
