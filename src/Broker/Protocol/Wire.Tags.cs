namespace MedStreams.Broker.Protocol;

/// <content>Tagged fields (KIP-482): optional, by ascending number, each with its size.</content>
internal ref partial struct Wire
{
    /// <summary>Ends a structure without tagged fields of its own; those that a client sent are skipped.</summary>
    public void End()
    {
        var tags = OpenTags();
        CloseTags(ref tags);
    }

    /// <summary>Begins the tagged fields of a structure. Versions that are not flexible have none.</summary>
    public TagSection OpenTags()
    {
        var tags = new TagSection { LastTag = -1 };
        if (!IsFlexible)
            return tags;
        if (!IsReading)
        {
            tags.Start = _target!.Position;
            _target.Reserve(1)[0] = 0;
            return tags;
        }

        tags.Count = (int)Math.Min(ReadUnsignedVarint(), int.MaxValue);
        tags.Start = _at;
        for (var i = 0; i < tags.Count && !Failed; i++)
            tags.LastTag = SkipTag(tags.LastTag);
        tags.End = _at;
        return tags;
    }

    /// <summary>Begins one tagged field, if it is there. The fields are asked for by ascending number.</summary>
    /// <param name="tags">The section that <see cref="OpenTags"/> answered.</param>
    /// <param name="tag">The field's number.</param>
    /// <param name="present">Whether there is something to write: the value is not the default.</param>
    /// <returns>Whether to walk over the value and then call <see cref="CloseTag"/>.</returns>
    public bool Tag(ref TagSection tags, int tag, bool present)
    {
        if (!IsFlexible || Failed)
            return false;
        if (IsReading)
            return FindTag(ref tags, tag);
        if (!present)
            return false;
        if (tag <= tags.LastTag)
            throw new InvalidOperationException($"Tagged field {tag} comes after {tags.LastTag}.");

        tags.LastTag = tag;
        tags.Count++;
        _target!.WriteUnsignedVarint((uint)tag);
        tags.End = _target.Position;
        tags.LengthBefore = _target.Length;
        return true;
    }

    /// <summary>Ends the field that <see cref="Tag"/> began.</summary>
    public void CloseTag(ref TagSection tags)
    {
        if (!IsReading)
            _target!.InsertUnsignedVarint(tags.End, (uint)(_target.Length - tags.LengthBefore));
        else if (_at != _end)
            Fail();
        else if (!Failed)
            _end = tags.OuterEnd;
    }

    /// <summary>Ends the section and with it the structure.</summary>
    public void CloseTags(ref TagSection tags)
    {
        if (!IsFlexible || Failed)
            return;
        if (IsReading)
            _at = tags.End;
        else
            _target!.SetByte(tags.Start, (byte)tags.Count);
    }

    private int SkipTag(int previous)
    {
        var tag = ReadUnsignedVarint();
        var size = ReadUnsignedVarint();
        if (tag > int.MaxValue || (int)tag <= previous || size > _end - _at)
            Fail();
        else
            _at += (int)size;
        return (int)tag;
    }

    private bool FindTag(ref TagSection tags, int wanted)
    {
        _at = tags.Start;
        for (var i = 0; i < tags.Count; i++)
        {
            var tag = ReadUnsignedVarint();
            var size = (int)ReadUnsignedVarint();
            if (tag == wanted)
            {
                tags.OuterEnd = _end;
                _end = _at + size;
                return true;
            }

            _at += size;
        }

        return false;
    }
}
