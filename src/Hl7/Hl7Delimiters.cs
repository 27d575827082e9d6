namespace MedStreams.Hl7;

/// <summary>
/// The characters that cut a message, as MSH-1 and MSH-2 declare them (HL7 v2, chapter 2, message delimiters). A
/// character that MSH-2 leaves out is <see cref="Unused"/> and cuts nothing.
/// </summary>
/// <param name="Field">Between fields (MSH-1), usually a vertical bar.</param>
/// <param name="Component">Between components, usually a circumflex.</param>
/// <param name="Repetition">Between repetitions, usually a tilde.</param>
/// <param name="Escape">Around escape sequences, usually a backslash.</param>
/// <param name="Subcomponent">Between sub-components, usually an ampersand.</param>
/// <param name="Truncation">Marks a value that was cut off (from version 2.7 on), usually a number sign.</param>
public readonly record struct Hl7Delimiters(
    char Field, char Component, char Repetition, char Escape, char Subcomponent, char Truncation = Hl7Delimiters.Unused)
{
    /// <summary>Stands for a delimiter that the message does not have.</summary>
    public const char Unused = '\0';

    /// <summary>What nearly all messages use: <c>|^~\&amp;</c>.</summary>
    public static Hl7Delimiters Default { get; } = new('|', '^', '~', '\\', '&');

    /// <summary>MSH-2: the delimiters in use, without the field separator.</summary>
    public string EncodingCharacters => new([.. new[] { Component, Repetition, Escape, Subcomponent, Truncation }.TakeWhile(c => c != Unused)]);

    /// <summary>Reads the delimiters at the front of a header segment (MSH, FHS or BHS).</summary>
    /// <param name="header">The segment, from its name on.</param>
    /// <param name="delimiters">What it declares.</param>
    /// <param name="fault">The index of the first character that makes them unusable, where they are.</param>
    /// <returns>
    /// False where the segment does not say at least the separators of fields, components and repetitions, where one
    /// is a letter, a digit or white space, or where two are equal.
    /// </returns>
    internal static bool TryRead(ReadOnlySpan<char> header, out Hl7Delimiters delimiters, out int fault)
    {
        delimiters = default;
        fault = Math.Min(header.Length, 3);
        if (header.Length < 4)
            return false;
        var field = header[3];
        var encoding = header[4..];
        var end = encoding.IndexOf(field);
        if (end >= 0)
            encoding = encoding[..end];
        if (!MayDelimit(field))
            return false;
        fault = 4 + Math.Min(encoding.Length, 5);
        if (encoding.Length is < 2 or > 5)
            return false;
        for (var i = 0; i < encoding.Length; i++)
        {
            fault = 4 + i;
            if (!MayDelimit(encoding[i]) || encoding[..i].Contains(encoding[i]))
                return false;
        }

        delimiters = new(
            field, encoding[0], encoding[1], At(encoding, 2), At(encoding, 3), At(encoding, 4));
        return true;
    }

    private static char At(ReadOnlySpan<char> encoding, int index) =>
        index < encoding.Length ? encoding[index] : Unused;

    private static bool MayDelimit(char c) => !char.IsLetterOrDigit(c) && !char.IsWhiteSpace(c) && !char.IsControl(c);
}
