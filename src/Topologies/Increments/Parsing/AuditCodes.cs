using System.Collections.Frozen;
using System.Text;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>Names of events and kinds of events in audit messages: DICOM PS3.16, CID 400 and CID 401.</summary>
internal static class AuditCodes
{
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["110100"] = "Application Activity",
        ["110101"] = "Audit Log Used",
        ["110102"] = "Begin Transferring DICOM Instances",
        ["110103"] = "DICOM Instances Accessed",
        ["110104"] = "DICOM Instances Transferred",
        ["110105"] = "DICOM Study Deleted",
        ["110106"] = "Export",
        ["110107"] = "Import",
        ["110108"] = "Network Entry",
        ["110109"] = "Order Record",
        ["110110"] = "Patient Record",
        ["110111"] = "Procedure Record",
        ["110112"] = "Query",
        ["110113"] = "Security Alert",
        ["110114"] = "User Authentication",
        ["110120"] = "Application Start",
        ["110121"] = "Application Stop",
        ["110122"] = "Login",
        ["110123"] = "Logout",
        ["110124"] = "Attach",
        ["110125"] = "Detach",
        ["110126"] = "Node Authentication",
        ["110127"] = "Emergency Override Started",
        ["110128"] = "Network Configuration",
        ["110129"] = "Security Configuration",
        ["110130"] = "Hardware Configuration",
        ["110131"] = "Software Configuration",
        ["110132"] = "Use of Restricted Function",
        ["110133"] = "Audit Recording Stopped",
        ["110134"] = "Audit Recording Started",
        ["110135"] = "Object Security Attributes Changed",
        ["110136"] = "Security Roles Changed",
        ["110137"] = "User Security Attributes Changed",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The name of a code; of an unknown one the code itself where it looks like one (<c>ITI-43</c>), else <c>other</c>.</summary>
    public static string Name(string code)
    {
        if (Names.TryGetValue(code, out var name))
            return name;
        return Words.IsEventName(Encoding.UTF8.GetBytes(code)) || IsShortNumber(code) ? code : "other";
    }

    private static bool IsShortNumber(string code) => code.Length is > 0 and <= 6 && !code.AsSpan().ContainsAnyExceptInRange('0', '9');
}
