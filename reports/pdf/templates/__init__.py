"""What the PDF looks like, in Typst; `reports.pdf.pdf` says what each file is for."""
