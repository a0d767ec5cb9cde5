import pytest


def test_a_panel_for_english_and_tasks_and_one_of_the_weights(draw):
    figure = draw("drift")
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["English", "xnli, non-English", "qa, non-English", "weights"]
    # Panels of differences have one scale.
    assert len({axis.get_ylim() for axis in figure.axes[:3]}) == 1


def test_blocks_are_taken_together_over_layers_without_what_is_frozen(draw):
    axis = draw("drift").axes[-1]
    lines = {line.get_label(): line.get_ydata() for line in axis.lines}
    assert list(lines) == ["attention", "layer norms"]
    assert lines["attention"] == pytest.approx([0.01, 0.1, 13])


def test_the_legend_of_the_weights_covers_no_line(draw):
    figure = draw("drift")
    figure.draw_without_rendering()
    axis = figure.axes[-1]
    box = axis.get_legend().get_window_extent()
    for line in axis.lines:
        for x, y in axis.transData.transform(line.get_xydata()):
            assert not box.contains(x, y)
