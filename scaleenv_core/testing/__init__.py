"""Contract suites: a plugin that passes its kind's suite works; fakes and sample data beside them.

Each suite is a class. A plugin's test module inherits it and gives one fixture, ``plugin``::

    class TestLouvain(ClustererContract):
        @pytest.fixture
        def plugin(self):
            return Louvain()
"""
