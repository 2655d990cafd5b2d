"""The statutory letters of a one-stop shop (annex of Circular 01/2018/TT-VPCP), filled from records and their events.

`offers` says which letters a record has, `filling` what stands on them, `control` and `register` make the two tables,
`issuing` draws, logs and refuses, `batches` does so in slices. What stands on a letter is Vietnamese: the circular
gives the words.
"""
