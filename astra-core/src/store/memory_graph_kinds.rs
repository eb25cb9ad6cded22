//! The kinds of entities and edges that mean something to the graph itself.

/// The kind of an entity of which no more is known: it is one with an entity of any kind that has its name.
pub const ANY_ENTITY_KIND: &str = "thing";
/// The kind of an edge that says that both ends are one entity.
pub const SAME_ENTITY: &str = "also_known_as";
