from authme.accesses.paths import shortest_paths


def test_a_group_that_is_reached_by_several_paths_has_the_shortest():
    depends_on = {"a": ["b", "d"], "b": ["c"], "c": ["d"]}

    found = shortest_paths(["a"], depends_on, within="abcd")

    assert found == {"a": ("a",), "b": ("a", "b"), "c": ("a", "b", "c"), "d": ("a", "d")}


def test_of_equally_short_paths_it_is_always_the_same():
    for depends_on in ({"a": ["b", "c"], "b": ["d"], "c": ["d"]}, {"c": ["d"], "b": ["d"], "a": ["c", "b"]}):
        assert shortest_paths(["a"], depends_on, within="abcd")["d"] == ("a", "b", "d")
    assert shortest_paths(["b", "a"], {"b": ["c"], "a": ["c"]}, within="abc")["c"] == ("a", "c")


def test_a_group_that_one_is_in_needs_no_way_to_it():
    assert shortest_paths(["a", "b"], {"a": ["b"]}, within="ab") == {"a": ("a",), "b": ("b",)}


def test_what_is_not_reached_has_no_path():
    assert shortest_paths(["a"], {"b": ["c", "a"]}, within="abc") == {"a": ("a",)}
    assert shortest_paths([], {"a": ["b"]}, within="ab") == {}


def test_a_group_that_gives_nothing_is_no_way_to_another():
    assert shortest_paths(["a"], {"a": ["b"], "b": ["c"]}, within="ac") == {"a": ("a",)}


def test_a_cycle_that_somebody_wrote_past_the_server_ends():
    assert shortest_paths(["a"], {"a": ["b"], "b": ["a"]}, within="ab") == {"a": ("a",), "b": ("a", "b")}
