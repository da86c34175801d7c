"""Templates, styles and scripts of the page; `reports.page.page` says what each of them is for."""
