namespace MedStreams.Dicom.Pacs.Inspecting;

/// <summary>What a unique identifier is to look like (PS3.5 section 9.1). Pure.</summary>
public static class UidRules
{
    private const int Longest = 64;

    /// <summary>What is wrong with a UID; null where nothing is.</summary>
    public static string? Fault(string uid)
    {
        if (uid.Length == 0)
            return "it is empty";
        if (uid.Length > Longest)
            return $"it has {uid.Length} characters, and {Longest} are allowed";
        foreach (var part in uid.AsSpan().Split('.'))
        {
            var digits = uid.AsSpan(part);
            if (digits.IsEmpty)
                return "a part of it is empty";
            if (digits.ContainsAnyExceptInRange('0', '9'))
                return "it has other characters than digits and points";
            if (digits.Length > 1 && digits[0] == '0')
                return "a part of it begins with 0";
        }

        return null;
    }
}
