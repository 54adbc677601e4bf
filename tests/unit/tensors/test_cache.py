import threading

from nnscope.tensors.cache import ByteCache


def test_the_least_recently_used_goes_first():
    cache = ByteCache(100)
    cache.put(1, "a", value="a", nbytes=40)
    cache.put(1, "b", value="b", nbytes=40)
    assert cache.get(1, "a") == "a"
    cache.put(1, "c", value="c", nbytes=40)
    assert (cache.get(1, "a"), cache.get(1, "b"), cache.get(1, "c")) == ("a", None, "c")
    assert cache.nbytes == 80


def test_replacing_counts_once():
    cache = ByteCache(100)
    cache.put(1, "a", value="old", nbytes=60)
    cache.put(1, "a", value="new", nbytes=70)
    assert (cache.get(1, "a"), cache.nbytes) == ("new", 70)


def test_what_is_too_large_is_not_kept_and_drops_nothing():
    cache = ByteCache(100)
    cache.put(1, "a", value="a", nbytes=100)
    cache.put(1, "b", value="b", nbytes=101)
    assert cache.get(1, "a") == "a"
    assert cache.get(1, "b") is None


def test_an_owner_goes_as_a_whole():
    cache = ByteCache(100)
    cache.put(1, "a", value="a", nbytes=10)
    cache.put(2, "a", value="b", nbytes=10)
    cache.discard(1)
    assert (cache.get(1, "a"), cache.get(2, "a"), cache.nbytes) == (None, "b", 10)


def test_an_owner_may_go_while_something_is_put():
    class Collected:
        """A key during whose use the garbage collector ends another owner's life, once."""

        gone = False

        def __hash__(self):
            if not self.gone:
                self.gone = True
                cache.discard(1)
            return 0

    cache, key = ByteCache(100), Collected()
    cache.put(1, "a", value="a", nbytes=10)
    thread = threading.Thread(target=lambda: cache.put(2, key, value="b", nbytes=20), daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    assert (cache.get(1, "a"), cache.get(2, key)) == (None, "b")
    assert cache.nbytes == 20


def test_an_owner_may_go_while_bytes_are_counted_and_values_are_asked_for():
    class Collected:
        """A key during whose next use the garbage collector ends the lives of owners."""

        ended = ()

        def __hash__(self):
            ended, self.ended = self.ended, ()
            for owner in ended:
                cache.discard(owner)
            return 0

    cache, key = ByteCache(100), Collected()
    cache.put(1, "a", value="a", nbytes=10)
    cache.put(2, key, value="b", nbytes=20)
    cache.put(3, "c", value="c", nbytes=30)
    key.ended = (1,)
    assert cache.nbytes in (50, 60)
    assert cache.get(2, key) == "b"
    key.ended = (1, 3)
    cache.put(2, key, value="d", nbytes=100)
    assert (cache.get(2, key), cache.nbytes) == ("d", 100)


def test_trimming_drops_the_oldest_until_the_rest_fits():
    cache = ByteCache(100)
    for name in "abc":
        cache.put(1, name, value=name, nbytes=30)
    cache.get(1, "a")
    cache.trim(60)
    assert [cache.get(1, name) for name in "abc"] == ["a", None, "c"]
    cache.trim(-5)
    assert cache.nbytes == 0
