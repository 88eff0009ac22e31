// FacePipeline
