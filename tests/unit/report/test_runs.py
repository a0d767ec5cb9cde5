def test_each_run_is_judged_by_itself_and_the_one_to_deploy_is_marked(material, tables):
    table = tables["runs"]
    assert table.rows["run"].tolist() == [run.name for run in material.plan.runs]
    deployed = table.rows[table.rows["deployed"]]
    assert deployed["run"].tolist() == [material.choice.run]
    assert set(deployed["verdict"]) == {"kept"}
    kept = (table.rows["verdict"] == "kept").sum()
    assert f"Each of {len(table.rows)} runs by itself" in table.caption
    assert f"{kept} of them keep everything" in table.caption
    assert set(table.rows["verdict"]) <= {"kept", "lost", "undecided"}
