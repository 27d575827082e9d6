using System.Runtime.InteropServices;

namespace MedStreams.Broker.Protocol;

/// <summary>
/// The tagged fields at the end of one structure while <see cref="Wire"/> walks over them; made by
/// <see cref="Wire.OpenTags"/>.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct TagSection
{
    /// <summary>Reading: where the first field starts. Writing: where the number of fields stands.</summary>
    public int Start;

    /// <summary>Reading: where the section ends. Writing: where the size of the open field will be put.</summary>
    public int End;

    /// <summary>How many fields there are (reading), or are so far (writing).</summary>
    public int Count;

    /// <summary>Reading: the end of the surrounding bytes, put back when the field is closed.</summary>
    public int OuterEnd;

    /// <summary>Writing: the length of the frame when the open field began.</summary>
    public long LengthBefore;

    /// <summary>Writing: the highest tag so far.</summary>
    public int LastTag;
}
