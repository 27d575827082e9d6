namespace MedStreams.Topologies.Increments;

/// <summary>
/// A row of the routing table: events for which all conditions hold go to a product. Rules are asked in their order, the first
/// one that holds wins; an event for which none holds goes to <see cref="RoutingTable.Other"/>.
/// </summary>
public sealed record RoutingRule
{
    /// <summary>The rule's name, unique in the table.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The product: letters, digits, dot, underscore, hyphen. Its topic is <c>product.</c> and this name.</summary>
    public string Product { get; init; } = string.Empty;

    /// <summary>What has to hold, all of it. Default: nothing, so that the rule catches all; it must then be the last.</summary>
    public IReadOnlyList<RoutingCondition> When { get; init; } = [];
}

/// <summary>A condition on one field of an event: exactly one of <see cref="Is"/>, <see cref="StartsWith"/> and <see cref="Like"/>.</summary>
public sealed record RoutingCondition
{
    /// <summary>
    /// The field: <c>host</c>, <c>source</c>, <c>product</c> (as the record says), <c>component</c>, <c>eventType</c>, <c>format</c>,
    /// <c>severity</c>, or <c>attributes.</c> and the name of an attribute. A field that an event lacks is empty.
    /// </summary>
    public string Field { get; init; } = string.Empty;

    /// <summary>The value, case and all.</summary>
    public string? Is { get; init; }

    /// <summary>What the value begins with.</summary>
    public string? StartsWith { get; init; }

    /// <summary>A pattern for the whole value: <c>*</c> stands for any text, <c>?</c> for one character.</summary>
    public string? Like { get; init; }
}
